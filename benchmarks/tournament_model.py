"""Where the processor time of a tournament's model goes, by the rows of its set.

    python -m benchmarks.tournament_model DATASETS [--rows 8 16 32] [--dropout 0.05]

DATASETS is a folder with `train/alpaca-davinci.jsonl` and `eval/d_eval.jsonl`. Each model is loaded, tuned and measured
on 40 responses as a curation's are, in float32 and one thread. States of the lower layers are kept, those of the
responses from the first model on: what they take is told apart.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from core.datasets.evaluation_file import read_evaluation_file
from core.environment import read_environment
from core.experiments.plan import ExperimentPlan
from core.experiments.tournament.tuning import tournament_tuning
from core.finetune.batches import training_examples
from core.finetune.lower_layers import without_lower_layers
from core.finetune.model import base_of, load_to_tune
from core.finetune.run import tune
from core.finetune.settings import Precision, TuningSettings
from core.models.inference_loss import evaluation_profile, measure, read_sequences, summarise
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample, limit
from core.rows.row import Row
from jobs.api.curation_steps import EVALUATION_TOKENS, RESPONSES

DISK = 4_000_000_000  # bytes of the lower layers' states at most


class Clock:
    """Processor seconds of the parts of one model, all threads together."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds[part] = time.process_time() - began


def one(
    pool: ModelPool, settings: TuningSettings, rows: list[Row], examples: list[EvaluationExample], folder: Path
) -> str:
    """Tune on the rows and measure; where the time went, and the loss."""
    clock, layers, states = Clock(), settings.tuned_layers, folder / "states"
    with clock.of("load"):
        model = load_to_tune(pool, settings, "cpu")
    prepared = training_examples(rows, settings, pool.profile, pool.tokenizer)
    limits = evaluation_profile(pool.profile, settings.template, EVALUATION_TOKENS)
    texts = [each["input_ids"] for each in prepared]
    questions = read_sequences(examples, pool.tokenizer, limits)
    base = base_of(model)
    for part, ids in (("lower layers of rows", texts), ("lower layers of responses", questions)):
        with clock.of(part), without_lower_layers(base, ids, layers, states, DISK, Silent(), print):
            pass
    with without_lower_layers(base, [*texts, *questions], layers, states, DISK, Silent(), print):
        with clock.of("tune"), tempfile.TemporaryDirectory() as run:
            tune(model, prepared, settings, Path(run), Silent())
        with clock.of("measure"):
            loss = summarise(measure(base, pool.tokenizer, examples, limits, Silent()))
    told = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in clock.seconds.items())
    return f"{len(rows)} rows, {sum(map(len, texts))} tokens: {told}; {loss.per_token:.4f} nats per response token"


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, nargs="+", default=[8, 16, 32])
    lines.add_argument("--dropout", type=float, help="of the adapters (default: as a tournament has it)")
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(1)
    settings = tournament_tuning(ExperimentPlan(precision=Precision.FP32)).tuning
    if chosen.dropout is not None:
        settings = replace(settings, lora_dropout=chosen.dropout)
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    found = map(json.loads, (chosen.datasets / "train" / "alpaca-davinci.jsonl").read_text("utf-8").splitlines())
    rows = [Row(each["instruction"], each["input"], each["output"]) for each in found]
    examples = limit(read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl").examples, RESPONSES, seed=0)
    start = 0
    with tempfile.TemporaryDirectory() as folder:
        for count in chosen.rows:
            print(one(pool, settings, rows[start : start + count], examples, Path(folder)), flush=True)
            start += count


if __name__ == "__main__":
    main()
