"""How fast this computer tunes and measures: a few micro-steps in a process of their own, so that memory comes back.

`python -m core.finetune.probe --models data/models --profile embedded --precision bf16 --max-tokens 512` prints a
line of JSON. Importing this loads no model library.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from core.environment import read_environment
from core.errors import ModelUnavailable, StudioError
from core.finetune.settings import Precision, TuningSettings
from core.finetune.speed import Speed
from core.models.device import on_cpu
from core.models.profiles import profile
from core.paths import PROJECT
from core.progress import Progress

STEPS = 2
USUAL_SECONDS = 30


def measure_here(profile_name: str, precision: Precision, max_tokens: int, models: Path, progress: Progress) -> Speed:
    """Run the probe beside this process and wait for it.

    Raises:
        ModelUnavailable: the model can't be had here, or memory is too short for it.
        Cancelled: `progress` said so.
    """
    options = {"--profile": profile_name, "--precision": precision, "--max-tokens": max_tokens, "--models": models}
    command = [sys.executable, "-m", "core.finetune.probe", *(str(part) for pair in options.items() for part in pair)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        began = time.monotonic()
        try:
            while process.poll() is None:
                elapsed = min(time.monotonic() - began, 0.95 * USUAL_SECONDS)
                progress.update(round(10 * elapsed), 10 * USUAL_SECONDS, "Tuning a few rows to measure the speed")
                time.sleep(0.2)
        except BaseException:
            process.kill()
            raise
        assert process.stdout is not None
        lines = process.stdout.read().strip().splitlines()
    found = json.loads(lines[-1]) if lines and not process.returncode else {}
    if not found or "what" in found:
        raise ModelUnavailable(
            found.get("what", "The speed measurement stopped unexpectedly, most likely out of memory."),
            mend=found.get("mend", "Choose another precision or a smaller model."),
        )
    return Speed(**found)


def probe(profile_name: str, precision: Precision, max_tokens: int, models: Path, device: str = "") -> Speed:
    """Tune and measure on rows of `max_tokens`, here and now.

    Args:
        device: its type, as `core.models.device.device_type` takes it.

    Raises:
        ModelUnavailable: the model can't be had here.
    """
    import torch

    from core.finetune.batches import Collator
    from core.finetune.model import add_adapter, load_base
    from core.models.pool import ModelPool

    began = time.monotonic()
    pool = ModelPool(profile(profile_name), models, device)
    device = str(pool.device)
    model = add_adapter(load_base(pool, precision, device), TuningSettings(precision=precision), profile_name).train()
    load_seconds = time.monotonic() - began
    ids = torch.randint(0, model.config.vocab_size, (max_tokens,), generator=torch.Generator().manual_seed(0)).tolist()
    row = {"input_ids": ids, "labels": [-100] * (max_tokens // 2) + ids[max_tokens // 2 :]}
    batch = {name: value.to(device) for name, value in Collator(0)([row]).items()}

    def seconds(train: bool) -> float:
        """Of one step, after one that warms up."""
        taken = []
        for _ in range(STEPS):
            start = time.monotonic()
            with torch.set_grad_enabled(train):
                loss = model(**batch).loss
            if train:
                loss.backward()
                model.zero_grad()
            loss.item()
            taken.append(time.monotonic() - start)
        return min(taken[1:])

    trained = max_tokens / seconds(train=True)
    peak = _peak_bytes() if on_cpu(device) else torch.accelerator.max_memory_allocated()
    model.eval()
    measured = max_tokens / seconds(train=False)
    return Speed(trained, measured, peak, load_seconds, device)


def _peak_bytes() -> int:
    """The most memory that this process has held."""
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):
        return int(memory.peak_wset)
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--precision", type=Precision, required=True)
    parser.add_argument("--max-tokens", type=int, required=True)
    parser.add_argument("--models", type=Path, required=True)
    asked = parser.parse_args()
    try:
        device = read_environment(os.environ).device
        print(json.dumps(probe(asked.profile, asked.precision, asked.max_tokens, asked.models, device).as_dict()))
    except StudioError as error:
        print(json.dumps({"what": error.what, "mend": error.mend}))


if __name__ == "__main__":
    main()
