"""Weights in a pickle, which may hold code beside numbers: a folder of such is refused unless its user allows it."""

import re
from pathlib import Path

from core.errors import ModelUnavailable

_PICKLED = re.compile(r"(pytorch_model|adapter_model|model)[\w.-]*\.(bin|pt|pth|ckpt)", re.IGNORECASE)


def refuse_pickled(folder: Path, name: str) -> None:
    """Refuse a model or adapter with weights in a pickle and none in safetensors beside it.

    What is no folder here is not looked at. Where a pickle is allowed, only numbers are read of it all the same.

    Args:
        name: by which the user knows it.

    Raises:
        ModelUnavailable: it is one.
    """
    if not folder.is_dir():
        return
    for file in sorted(folder.rglob("*")):
        if _PICKLED.fullmatch(file.name) and not any(file.parent.glob("*.safetensors")):
            raise ModelUnavailable(
                f"The weights of {name} are a pickle ({file.name}), which may hold code.",
                where=str(folder),
                mend="Convert them to safetensors, or write pickled = true below its id in the profile.",
            )
