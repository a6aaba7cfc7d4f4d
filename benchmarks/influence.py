"""What influence costs beside a perplexity pass, and how well its short cuts rank rows. About five minutes on one core.

    python benchmarks/influence.py DATASETS

A natural mix of rows (Alpaca's, longer answers, templates, tool calls) against questions of D_eval. One pass takes
gradients by all layers; those by the last ones are their ends, so all short cuts are compared on the same numbers.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

from core.datasets.evaluation_file import read_evaluation_file
from core.environment import read_environment
from core.finetune.batches import Example
from core.finetune.influence import InfluenceSettings, guide_responses, warm_up
from core.finetune.kept_gradients import BLOCK, Quantised, bytes_per_row, gradient_size
from core.finetune.row_gradients import RowGradients, as_examples
from core.finetune.short_tuning import ShortTuning
from core.models.language_pass import Asked, language_pass
from core.models.pool import ModelPool
from core.models.precision import PRECISIONS, chosen_precision, in_precision
from core.models.profiles import profile
from core.progress import Silent
from core.rows.row import Row

MIX = {"alpaca-davinci": 0.45, "alpaca-en-demo": 0.2, "t0-academic": 0.25, "gpteacher-toolformer": 0.1}
TIMED, ROUNDS = 20, 2  # rows of a timed pass; how often each pass is timed, in turn
DEPTHS = (1, 2, 3, 6, 30)  # last layers


def mixed_rows(folder: Path, count: int) -> list[Row]:
    """Rows of several kinds, in the shares of MIX."""
    generator = random.Random(0)
    rows = []
    for name, share in MIX.items():
        lines = (folder / "train" / f"{name}.jsonl").read_text("utf-8").rstrip("\n").split("\n")
        for line in generator.sample(lines, round(share * count)):
            told = json.loads(line)
            rows.append(Row(told["instruction"], told.get("input", ""), told["output"]))
    return rows


def timed(pool: ModelPool, gradients: RowGradients, rows: Sequence[Row], settings: ShortTuning) -> tuple[float, float]:
    """Seconds of a perplexity pass, and of one that takes gradients too, over rows that neither cuts: the best ones."""
    _, examples = as_examples(rows, settings, pool)
    plain = replace(pool.profile, template=settings.template)
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        began = time.process_time()
        language_pass(rows, Asked(), pool.language_model, pool.tokenizer, plain, Silent())
        between = time.process_time()
        gradients.each(examples, lambda _, found, __: Quantised.of(gradients.scaled(found).numpy()), Silent(), "")
        taken[0].append(between - began)
        taken[1].append(time.process_time() - between)
    return min(taken[0]), min(taken[1])


def cosines(vectors: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return vectors @ direction / np.linalg.norm(vectors, axis=1) / np.linalg.norm(direction)


def ranks_alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(spearmanr(one, other).statistic)


def guide_sums(gradients: RowGradients, examples: Sequence[Example]) -> np.ndarray:
    """The sums of gradients over two halves of the guide questions, shape (2, size)."""
    halves = np.zeros((2, gradients.size))

    def take(places: list[int], found: torch.Tensor, _: torch.Tensor) -> None:
        for place, each in zip(places, found.numpy(), strict=True):
            halves[place % 2] += each

    gradients.each(examples, take, Silent(), "")
    return halves


def scores(gradients: RowGradients, examples: Sequence[Example], halves: np.ndarray) -> dict[str, np.ndarray]:
    """What each short cut says of each row."""
    found: dict[str, np.ndarray] = {}
    layers, whole = max(DEPTHS), halves.sum(axis=0)
    per_layer = gradients.size // layers

    def keep(name: str, places: list[int], values: np.ndarray) -> None:
        found.setdefault(name, np.full(len(examples), np.nan))[places] = values

    def take(places: list[int], plain: torch.Tensor, _: torch.Tensor) -> None:
        scaled = gradients.scaled(plain).numpy()
        for depth in DEPTHS:
            keep(f"{depth} layers", places, cosines(scaled[:, -depth * per_layer :], whole[-depth * per_layer :]))
        last = slice(-3 * per_layer, None)
        mine = scaled[:, last]
        keep("not divided", places, cosines(plain.numpy()[:, last], whole[last]))
        for half in (0, 1):
            keep(f"half {half}", places, cosines(mine, halves[half, last]))
        keep("int8", places, cosines(Quantised.of(mine).numbers(mine.shape[1]), whole[last]))
        one_scale = np.abs(mine).max(axis=1, keepdims=True) / 127
        keep("int8, one scale a row", places, cosines(np.rint(mine / one_scale) * one_scale, whole[last]))
        keep("dot product", places, mine @ whole[last])
        keep("response tokens", places, np.array([sum(t >= 0 for t in examples[i]["labels"]) for i in places]))

    gradients.each(examples, take, Silent(), "")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--questions", type=int, default=60, help="of the guide")
    parser.add_argument("--max-tokens", type=int, default=160, help="of a row: longer ones are cut")
    parser.add_argument("--warm-up", type=int, default=160, help="rows that the model is warmed up on")
    parser.add_argument("--precision", choices=["auto", *PRECISIONS], default="auto")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    models = in_precision(profile("embedded"), chosen_precision(asked.precision))
    pool = ModelPool(models, read_environment(os.environ).paths.models)
    short = ShortTuning(max_tokens=asked.max_tokens, least_rows=asked.warm_up, most_rows=asked.warm_up)
    settings = InfluenceSettings(guide_responses=asked.questions, warm_up=short)
    mixed = mixed_rows(asked.datasets, asked.rows + asked.warm_up)
    random.Random(1).shuffle(mixed)
    rows, others = mixed[: asked.rows], mixed[asked.rows :]
    questions = guide_responses(read_evaluation_file(asked.datasets / "eval" / "d_eval.jsonl").examples, settings)
    guide = [Row(each.instruction, each.input, each.outputs[0]) for each in questions]
    _, examples = as_examples(rows, settings.warm_up, pool)
    _, guide_examples = as_examples(guide, settings.warm_up, pool, end_mark=False)
    tokens = sum(len(each["input_ids"]) for each in examples)
    print(f"{len(rows)} rows, {tokens} tokens, {len(guide)} guide questions, {models.language_model.dtype}")
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        warmed = warm_up(pool, others, settings, Path(folder), Silent())
        print(f"warm-up: {(warmed / 'tuned.json').read_text()} in {time.process_time() - began:.0f} s")
        last = RowGradients.load(pool, warmed, settings.layers)
        whole_ones = [
            row for row, each in zip(rows, examples, strict=True) if len(each["input_ids"]) < asked.max_tokens
        ]
        plain, with_gradients = timed(pool, last, whole_ones[:: max(1, len(whole_ones) // TIMED)], settings.warm_up)
        print(f"a pass of {TIMED} rows: perplexity {plain:.1f} s, influence {with_gradients:.1f} s, "
              f"{with_gradients / plain:.2f} times")  # fmt: skip
        config = json.loads((Path(pool.language_model_place) / "config.json").read_text())
        told = gradient_size(config, settings.layers, settings.warm_up.lora_rank)
        print(f"a gradient: {last.size} numbers (told before: {told}), {bytes_per_row(last.size)} bytes kept, "
              f"a scale for {BLOCK}")  # fmt: skip
        whole = RowGradients.load(pool, warmed, max(DEPTHS))
        found = scores(whole, examples, guide_sums(whole, guide_examples))
    reference = found["3 layers"]
    print(f"influence: mean {reference.mean():.3f}, standard deviation {reference.std():.3f}")
    for name, values in found.items():
        print(f"rank agreement (Spearman) of 3 layers with {name}: {ranks_alike(reference, values):.4f}")
    print(f"of the two halves of the guide: {ranks_alike(found['half 0'], found['half 1']):.4f}")
    print(f"of the dot product with response tokens: {ranks_alike(found['dot product'], found['response tokens']):.4f}")


if __name__ == "__main__":
    main()
