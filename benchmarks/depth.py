"""How many layers need an adapter: do candidate sets rank alike when only the upper layers are tuned?

    python benchmarks/depth.py DATASETS [--layers 30 15 10 5 2] [--rows 64] [--out FILE]

24 designed sets from ten sources: eight mixtures, eight levels of response length, eight single sources. A model is
tuned on each at each depth, and its loss measured on D_eval. The table has a line a set and a column a depth; printed
are Spearman's rank correlations with full depth, beside those of full depth with itself under another seed, which no
depth can be expected to exceed. Sets that are through are reported as they come. A run that was cut off goes on, also
from the lines of the table alone; `--part 1/2` and `--part 2/2` share the work between two processes.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from real_run import Bench, arguments, draw_pool, part_of, read_rows

from core.experiments.sampling import fused, hierarchical
from core.models.inference_loss import summarise
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.row import Row

SOURCES = (
    "alpacaeval-gpt4_0613", "alpacaeval-openchat-13b", "alpacaeval-vicuna-7b", "alpacaeval-alpaca-7b",
    "alpacaeval-falcon-7b-instruct", "alpaca-davinci", "alpaca-en-demo", "gpteacher-codegen", "gpteacher-toolformer",
    "t0-academic",
)  # fmt: skip
MIXED, LEVELS, ALONE = 8, 8, (0, 2, 3, 4, 5, 7, 8, 9)  # the sources that make a set by themselves


def designed(pool: pd.DataFrame, rows: Sequence[Row], size: int) -> list[CandidateSet]:
    """The candidate sets: mixtures, levels of response length, single sources, of each in turn."""
    words = pool.assign(output_words=[len(rows[i].output.split()) for i in pool["row_id"]])
    alone = [
        CandidateSet(SOURCES[number], Kind.RANDOM, members.head(size)[["dataset_id", "row_id"]], {})
        for number, members in pool.groupby("dataset_id")
        if number in ALONE
    ]
    levels = hierarchical(words, "output_words", LEVELS, size)
    by_kind = zip(fused(pool, MIXED, size, seed=0), levels, alone, strict=True)
    return [each for kinds in by_kind for each in kinds]


def _lines(out: Path | None) -> pd.DataFrame:
    """The table as far as it was written."""
    return pd.read_csv(out) if out and out.exists() else pd.DataFrame({"name": []})


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--layers", type=int, nargs="+", default=[0, 15, 10, 5, 2], help="0 for all")
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "depth")
    lines.add_argument("--pool", type=int, default=80, help="rows drawn from each source")
    chosen = lines.parse_args()
    places, rows = read_rows(chosen.datasets, SOURCES)
    bench = Bench(chosen, chosen.kept)
    sets = designed(draw_pool(bench.fitting(places, rows), chosen.pool), rows, chosen.rows)
    runs = [(layers, seed) for seed, depths in ((0, chosen.layers), (1, [0])) for layers in depths]
    done = set(_lines(chosen.out)["name"])
    for each in [each for each in sets[part_of(chosen)] if each.name not in done]:
        for layers, seed in runs:
            bench.settings = replace(bench.settings, tuned_layers=layers)
            bench.losses(f"{each.name} layers {layers}", [rows[i] for i in each.members["row_id"]], seed)
        report(sets, runs, bench, chosen.out)


def report(sets: Sequence[CandidateSet], runs: Sequence[tuple[int, int]], bench: Bench, out: Path | None) -> None:
    """Print, and write, the sets that are measured at every depth by now."""
    earlier = _lines(out)
    lines = earlier.to_dict("records")
    for each in [each for each in sets if each.name not in set(earlier["name"])]:
        names = {
            f"layers_{layers or 'all'}_seed_{seed}": (f"{each.name} layers {layers}", seed) for layers, seed in runs
        }
        if all(bench.is_measured(*run) for run in names.values()):
            found = {name: round(summarise(bench.measured(*run)).per_example, 6) for name, run in names.items()}
            lines.append({"name": each.name} | found)
    table = pd.DataFrame(lines)
    if out and lines:
        table.to_csv(out, index=False)
    losses = table.drop(columns="name", errors="ignore")
    print(f"{len(table)} of {len(sets)} sets\nSpearman with all layers, seed 0:")
    print(losses.corr("spearman").iloc[0].round(3).to_string() if len(table) > 2 else "too few")
    print("standard deviation between sets:\n" + losses.std().round(4).to_string(), flush=True)


if __name__ == "__main__":
    main()
