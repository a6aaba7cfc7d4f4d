"""Real candidate sets: fused from real datasets, a model tuned on each, its inference loss on the paper's D_eval.

    python benchmarks/candidate_sets.py DATASETS [--sets 24] [--rows 128] [--repeats 4] [--out FILE]

DATASETS is a folder with `train/*.jsonl` (Alpaca form, one file a source) and `eval/d_eval.jsonl`. The table that comes
out holds numbers only: each set's shares of the sources, mean indicators and losses. It also says whether sets differ
by more than the same set does over seeds, which is what a rule can be learned from. A run that was cut off goes on.
Several processes share the work with `--part 1/2`, `--part 2/2`; one without `--part` then makes the table.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dataclasses import replace

from core.evaluation_set import EvaluationExample, limit, read_evaluation_file
from core.finetune.batches import training_examples
from core.finetune.model import add_adapter, load_base
from core.finetune.run import tune
from core.finetune.settings import Precision, TuningSettings
from core.indicators import registry
from core.indicators.base import Scope
from core.inference_loss import evaluation_profile, measure, summarise
from core.models import ModelPool
from core.paths import StudioPaths
from core.profiles import profile
from core.progress import Silent
from core.regression.ols import fit_ols
from core.regression.validation import leave_one_out
from core.rows import Row
from core.sampling import CandidateSet, fused, set_means
from core.scoring import score_chunk, score_pool

SOURCES = (
    "alpacaeval-gpt4_1106_preview",
    "alpacaeval-vicuna-7b",
    "alpacaeval-alpaca-7b",
    "alpacaeval-falcon-7b-instruct",
    "gpteacher-toolformer",
)


def read_rows(folder: Path, sources: Sequence[str]) -> tuple[pd.DataFrame, list[Row]]:
    """All rows of the sources, and where each stands: dataset_id is the source's place, row_id the row's."""
    rows, places = [], []
    for number, source in enumerate(sources):
        for line in (folder / "train" / f"{source}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            row = Row(record["instruction"].strip(), record.get("input", "").strip(), record["output"].strip())
            if row.output:
                places.append((number, len(rows)))
                rows.append(row)
    return pd.DataFrame(places, columns=["dataset_id", "row_id"]), rows


class Bench:
    """Tunes and measures, and keeps each result as soon as it is there."""

    def __init__(self, settings: TuningSettings, examples: list[EvaluationExample], kept: Path) -> None:
        self.settings, self.examples, self.kept = settings, examples, kept
        self.pool = ModelPool(profile("embedded"), StudioPaths.from_environment(os.environ).models)
        self.eval_profile = evaluation_profile(profile("embedded"), settings.template, settings.max_tokens)
        kept.mkdir(parents=True, exist_ok=True)

    def losses(self, name: str, rows: Sequence[Row], seed: int) -> pd.DataFrame:
        """Loss of each response under a model tuned on the rows (none: the untuned one)."""
        file = self.kept / f"{name.replace(' ', '-')}-seed{seed}.parquet"
        if file.exists():
            return pd.read_parquet(file)
        began = time.monotonic()
        settings = replace(self.settings, seed=seed)
        model = load_base(self.pool, settings.precision, "cpu")
        if rows:
            tuned = add_adapter(model, settings, "SmolLM2-135M-Instruct")
            examples = training_examples(rows, settings, self.pool.profile, self.pool.tokenizer)
            with tempfile.TemporaryDirectory() as folder:
                tune(tuned, examples, settings, Path(folder), Silent())
            model = tuned.get_base_model()
        found = measure(model, self.pool.tokenizer, self.examples, self.eval_profile, Silent())
        found.to_parquet(file)
        loss = summarise(found)
        print(f"{name}, seed {seed}: {loss.per_example:.4f} nats/token, {time.monotonic() - began:.0f} s", flush=True)
        return found


def indicator_means(sets: Sequence[CandidateSet], names: Sequence[str], rows: list[Row], bench: Bench) -> pd.DataFrame:
    """Score every row that stands in a set, and take the means of each set; the KNN distance is among those rows."""
    used = pd.concat([each.members for each in sets]).drop_duplicates().reset_index(drop=True)
    pooled = [name for name, about in registry().items() if about.scope is Scope.POOL]
    parts = []
    for start in range(0, len(used), 64):
        part = used.iloc[start : start + 64].reset_index(drop=True)
        file = bench.kept / f"scores-{len(names)}-{start:05d}-{len(part)}.npz"
        if not file.exists():
            scored = score_chunk([rows[i] for i in part["row_id"]], names, bench.pool, bench.pool.profile, embed=True)
            assert scored.embeddings is not None
            np.savez(file, embeddings=scored.embeddings, **scored.values)
            print(f"scored {start + len(part)} of {len(used)} rows", flush=True)
        with np.load(file) as values:
            parts.append((part.assign(**{name: values[name] for name in names}), values["embeddings"]))
    scores = pd.concat([part for part, _ in parts], ignore_index=True)
    vectors = np.concatenate([vectors for _, vectors in parts])
    scores = scores.assign(**score_pool(vectors, pooled, bench.pool.profile))
    return set_means(sets, scores, [*names, *pooled])


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    row_indicators = [name for name, about in registry().items() if about.scope is Scope.ROW]
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--sets", type=int, default=24)
    lines.add_argument("--rows", type=int, default=128)
    lines.add_argument("--epochs", type=int, default=1)
    lines.add_argument("--responses", type=int, default=64, help="of D_eval, on which losses are measured")
    lines.add_argument("--max-tokens", type=int, default=256)
    lines.add_argument("--repeats", type=int, default=4, help="seeds with which the first set is tuned")
    lines.add_argument("--precision", type=Precision, default=Precision.BF16)
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "candidate_sets")
    lines.add_argument("--indicators", nargs="+", choices=row_indicators, default=row_indicators)
    lines.add_argument("--part", default="", help="i/n: tune the i-th of every n sets and stop")
    lines.add_argument("--out", type=Path)
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    settings = TuningSettings(chosen.precision, epochs=chosen.epochs, max_tokens=chosen.max_tokens)
    examples = limit(read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl"), chosen.responses, seed=0)
    pool, rows = read_rows(chosen.datasets, SOURCES)
    sets = fused(pool, chosen.sets, chosen.rows, seed=0)
    bench = Bench(settings, examples, chosen.kept)
    if chosen.part:
        part, parts = map(int, chosen.part.split("/"))
        for each in sets[part - 1 :: parts]:
            bench.losses(each.name, [rows[i] for i in each.members["row_id"]], 0)
        return
    untuned = summarise(bench.losses("untuned", [], 0))
    measured = {}
    for each in sets:
        measured[each.name] = summarise(bench.losses(each.name, [rows[i] for i in each.members["row_id"]], 0))
    first = [rows[i] for i in sets[0].members["row_id"]]
    repeats = [summarise(bench.losses(sets[0].name, first, seed)).per_example for seed in range(chosen.repeats)]
    table = indicator_means(sets, chosen.indicators, rows, bench)
    for number, source in enumerate(SOURCES):
        table[f"share_{source}"] = [each.composition.get(number, 0) / each.rows for each in sets]
    table["loss_per_example"] = [measured[name].per_example for name in table["name"]]
    table["loss_per_token"] = [measured[name].per_token for name in table["name"]]
    table["log_loss"] = np.log(table["loss_per_example"])
    spread, noise = table["loss_per_example"].std(), float(np.std(repeats, ddof=1))
    print(f"untuned: {untuned.per_example:.4f} nats/token; tuned: {table['loss_per_example'].describe().to_dict()}")
    print(f"sd between sets {spread:.5f}, over seeds of one set {noise:.5f} nats/token: ratio {spread / noise:.1f}")
    print(table.select_dtypes("number").corr()["log_loss"].round(2).to_string())
    for terms in (["reward"], ["reward", "output_length"], ["reward", "output_length", "knn_distance"]):
        if set(terms) <= set(table):
            fit = fit_ols(table, terms)
            print(f"{terms}: {fit.summary}\n  held back: {leave_one_out(fit).summary}")
    if chosen.out:
        table.round(6).to_csv(chosen.out, index=False)


if __name__ == "__main__":
    main()
