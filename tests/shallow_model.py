"""The embedded model with its first layers alone: real weights and tokenizer, and less work.

For tests of what is done with a model, whichever it is. What the whole one says is tested where its numbers matter:
the demo's scores, a data folder of an earlier version, tuning in every precision, and the journeys.
"""

import json
import re
import shutil
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

from core.models.embedded_model import NAME

FEW = 6


def keep_first_layers(models: Path, folder: Path, layers: int = FEW) -> Path:
    """Make a folder of models, in which the language model has its first layers only.

    Args:
        models: the folder with the whole model.
        folder: an empty one.
    """
    whole, shallow = models / NAME, folder / NAME
    shutil.copytree(whole, shallow, ignore=shutil.ignore_patterns("*.safetensors"))
    config = json.loads((whole / "config.json").read_text("utf-8"))
    (shallow / "config.json").write_text(json.dumps(config | {"num_hidden_layers": layers}), "utf-8")
    with safe_open(whole / "model.safetensors", "pt") as weights:
        kept = {name: weights.get_tensor(name) for name in weights.keys() if _layer(name) < layers}  # noqa: SIM118
    save_file(kept, shallow / "model.safetensors", {"format": "pt"})
    return folder


def _layer(weight: str) -> int:
    """To which layer a weight belongs; -1 where to none."""
    found = re.match(r"model\.layers\.(\d+)\.", weight)
    return int(found[1]) if found else -1
