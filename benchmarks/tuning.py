"""Tuning and measuring: ours against a plain Trainer with peft, and against a padded evaluation loop.

    python benchmarks/tuning.py DATASETS [--rows 32] [--precision bf16] [--threads 2] [--tuned-layers 2 --epochs 3]

With --tuned-layers the upper layers alone have adapters, either way; ours then computes the layers below once, which
its time includes. Times are of the processor, so that other work on the machine does not count.

The same rows, model, adapter and precision each time; each way in a process of its own, so that each has its own peak
of memory. The plain way pads batches of 8 and makes logits for every position, as `Trainer` does by itself.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import matmul_rate, plain_loop, read_rows
from core.environment import read_environment
from core.finetune.batches import IGNORED, Example, training_examples
from core.finetune.lower_layers import without_lower_layers
from core.finetune.model import add_adapter, load_base
from core.finetune.run import tune
from core.finetune.settings import Precision, TuningSettings
from core.models.language_pass import Asked, language_pass
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.prompts import encode
from core.progress import Silent

WAYS = ("tune ours", "tune plain", "measure ours", "measure plain")


def plain_collator(examples: list[Example]) -> dict:
    """Padded batches with labels, as in every tutorial."""
    import torch

    longest = max(len(each["input_ids"]) for each in examples)

    def padded(name: str, filler: int) -> torch.Tensor:
        return torch.tensor([each[name] + [filler] * (longest - len(each[name])) for each in examples])

    ids = padded("input_ids", 0)
    mask = torch.tensor([[1] * len(e["input_ids"]) + [0] * (longest - len(e["input_ids"])) for e in examples])
    return {"input_ids": ids, "attention_mask": mask, "labels": padded("labels", IGNORED)}


def run(way: str, datasets: Path, rows_wanted: int, settings: TuningSettings) -> dict[str, float]:
    """One way in this process: tokens, seconds, peak memory, and the loss that it came to."""
    from transformers import Trainer, TrainingArguments

    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    rows = read_rows(datasets, rows_wanted)
    model = load_base(pool, settings.precision, "cpu")
    if way.startswith("measure"):
        encoded = [encode(row, pool.profile, pool.tokenizer) for row in rows]
        tokens = sum(len(each.prompt) + len(each.response) for each in encoded)
        start = time.process_time()
        if way == "measure ours":
            found = language_pass(rows, Asked(), model.eval(), pool.tokenizer, pool.profile, Silent())
            losses = found.loss_nats_per_token
        else:
            losses = plain_loop(model.eval(), encoded, 8, 0)
        seconds, loss = time.process_time() - start, float(losses.mean())
    else:
        examples = training_examples(rows, settings, pool.profile, pool.tokenizer)
        ids = [each["input_ids"] for each in examples]
        tokens = sum(map(len, ids)) * settings.epochs
        tuned = add_adapter(model, settings, "model")
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            if way == "tune ours":
                states, layers = Path(folder) / "states", settings.tuned_layers
                with without_lower_layers(tuned.get_base_model(), ids, layers, states, 2**33, Silent(), print):
                    loss = tune(tuned, examples, settings, Path(folder), Silent()).train_loss_nats_per_token
            else:
                arguments = TrainingArguments(
                    output_dir=folder, per_device_train_batch_size=8, learning_rate=3e-4, lr_scheduler_type="cosine",
                    num_train_epochs=settings.epochs, warmup_steps=1, logging_steps=1, save_strategy="no",
                    report_to="none", use_cpu=True, disable_tqdm=True, remove_unused_columns=False, seed=0, data_seed=0,
                )  # fmt: skip
                trainer = Trainer(tuned, arguments, train_dataset=examples, data_collator=plain_collator)
                trainer.train()
                loss = next(each["loss"] for each in reversed(trainer.state.log_history) if "loss" in each)
            seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"tokens": tokens, "seconds": seconds, "peak_gib": peak, "loss": loss}


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=32)
    lines.add_argument("--precision", type=Precision, default=Precision.BF16)
    lines.add_argument("--threads", type=int, default=os.cpu_count())
    lines.add_argument("--epochs", type=int, default=1)
    lines.add_argument("--tuned-layers", type=int, default=0, help="upper layers with adapters, 0 for all")
    lines.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    chosen = lines.parse_args()
    if chosen.way:
        settings = TuningSettings(
            chosen.precision, epochs=chosen.epochs, max_tokens=512, tuned_layers=chosen.tuned_layers
        )
        print(json.dumps(run(chosen.way, chosen.datasets, chosen.rows, settings)))
        return
    environment = {**os.environ, "OMP_NUM_THREADS": str(chosen.threads), "HF_HUB_OFFLINE": "1"}
    depth = f"{chosen.tuned_layers} upper layers" if chosen.tuned_layers else "all layers"
    print(f"{chosen.rows} rows, {chosen.precision}, {depth}, {chosen.threads} threads", flush=True)
    found = {}
    for way in WAYS:
        made = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, *sys.argv[1:], "--way", way],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found[way] = json.loads(made.stdout.splitlines()[-1])
        each = found[way]
        print(
            f"  {way}: {each['tokens'] / each['seconds']:,.0f} tokens/s, peak {each['peak_gib']:.2f} GiB, "
            f"loss {each['loss']:.4f}",
            flush=True,
        )
    for what in ("tune", "measure"):
        ratio = found[f"{what} plain"]["seconds"] / found[f"{what} ours"]["seconds"]
        print(f"  {what}: plain / ours {ratio:.2f}")
    import torch

    torch.set_num_threads(chosen.threads)
    dtype = torch.bfloat16 if chosen.precision is Precision.BF16 else torch.float32
    rate = matmul_rate(dtype)
    print(f"  floor: {rate / 1e9:,.0f} GFLOP/s allow {rate / (2 * 134.5e6):,.0f} tokens/s forward", flush=True)


if __name__ == "__main__":
    main()
