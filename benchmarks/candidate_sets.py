"""Real candidate sets: fused from real datasets, a model tuned on each, its inference loss on the paper's D_eval.

    python benchmarks/candidate_sets.py DATASETS [--sets 24] [--rows 128] [--repeats 4] [--out FILE]

DATASETS is a folder with `train/*.jsonl` (Alpaca form, one file a source) and `eval/d_eval.jsonl`. The table that comes
out holds numbers only: each set's shares of the sources, mean indicators and losses. It also says whether sets differ
by more than the same set does over seeds, which is what a rule can be learned from. A run that was cut off goes on.
Several processes share the work with `--part 1/2`, `--part 2/2`; one without `--part` then makes the table.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from real_run import Bench, arguments, draw_pool, part_of, read_rows

from core.experiments.sampling import fused, hierarchical, set_means
from core.models.inference_loss import summarise
from core.regression.ols import fit_ols
from core.regression.validation import leave_one_out
from core.rows.candidate_set import CandidateSet
from core.rows.row import Row

SOURCES = (
    "alpacaeval-gpt4_1106_preview",
    "alpacaeval-vicuna-7b",
    "alpacaeval-alpaca-7b",
    "alpacaeval-falcon-7b-instruct",
    "gpteacher-toolformer",
)
TRIED = (["reward"], ["reward", "output_length"], ["reward", "output_length", "knn_distance"])


def drawn(
    chosen: argparse.Namespace, places: pd.DataFrame, rows: Sequence[Row], bench: Bench
) -> tuple[list[CandidateSet], pd.DataFrame | None]:
    """The candidate sets; with `--levels` also those of the univariate design, and the scores that they are cut by."""
    if not chosen.levels:
        return fused(places, chosen.sets, chosen.rows, seed=0), None
    pool = draw_pool(places, chosen.pool)
    scores = bench.scores(pool, chosen.indicators, rows)
    mixed = fused(pool, chosen.sets, chosen.rows, seed=0)
    cut = [each for name in chosen.levels for each in hierarchical(scores, name, chosen.cuts, chosen.rows)]
    return mixed + cut, scores


def table_of(sets: Sequence[CandidateSet], scores: pd.DataFrame, sources: Sequence[str], bench: Bench) -> pd.DataFrame:
    """A line a set: mean indicators, shares of the sources, losses."""
    table = set_means(sets, scores, [name for name in scores if name not in ("dataset_id", "row_id")])
    for number, source in enumerate(sources):
        table[f"share_{source}"] = [each.composition.get(number, 0) / each.rows for each in sets]
    found = [summarise(bench.measured(each.name, 0)) for each in sets]
    table["loss_per_example"] = [loss.per_example for loss in found]
    table["loss_per_token"] = [loss.per_token for loss in found]
    table["log_loss"] = np.log(table["loss_per_example"])
    return table


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--sets", type=int, default=24)
    lines.add_argument("--repeats", type=int, default=4, help="seeds with which the first set is tuned")
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "candidate_sets")
    lines.add_argument("--sources", nargs="+", default=SOURCES)
    lines.add_argument("--levels", nargs="+", default=[], help="indicators by which a pool is cut into further sets")
    lines.add_argument("--cuts", type=int, default=8, help="into how many levels")
    lines.add_argument("--pool", type=int, default=96, help="with --levels: rows drawn from each source")
    chosen = lines.parse_args()
    places, rows = read_rows(chosen.datasets, chosen.sources)
    bench = Bench(chosen, chosen.kept)
    places = bench.fitting(places, rows) if chosen.whole else places
    sets, scores = drawn(chosen, places, rows, bench)
    for each in sets[part_of(chosen)]:
        bench.losses(each.name, [rows[i] for i in each.members["row_id"]], 0)
    if chosen.part:
        return
    untuned = summarise(bench.losses("untuned", [], 0))
    first = [rows[i] for i in sets[0].members["row_id"]]
    repeats = [summarise(bench.losses(sets[0].name, first, seed)).per_example for seed in range(chosen.repeats)]
    if scores is None:
        used = pd.concat([each.members for each in sets]).drop_duplicates().reset_index(drop=True)
        scores = bench.scores(used, chosen.indicators, rows)
    table = table_of(sets, scores, chosen.sources, bench)
    losses, noise = table["loss_per_example"], float(np.std(repeats, ddof=1))
    print(f"untuned: {untuned.per_example:.4f} nats/token; tuned: {losses.describe().to_dict()}")
    print(f"sd between sets {losses.std():.5f}, over seeds of one set {noise:.5f}: ratio {losses.std() / noise:.1f}")
    print(f"best and worst set {np.ptp(losses):.5f} apart: {np.ptp(losses) / noise:.1f} times the spread over seeds")
    print(table.select_dtypes("number").corr()["log_loss"].round(2).to_string())
    for terms in TRIED:
        if set(terms) <= set(table):
            fit = fit_ols(table, terms)
            print(f"{terms}: {fit.summary}\n  held back: {leave_one_out(fit).summary}")
    if chosen.out:
        table.round(6).to_csv(chosen.out, index=False)


if __name__ == "__main__":
    main()
