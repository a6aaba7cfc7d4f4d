"""How many layers need an adapter: do candidate sets rank alike when only the upper layers are tuned?

    python benchmarks/depth.py DATASETS [--layers 30 15 10 5 2] [--rows 64] --out FILE

24 designed sets from ten sources: eight mixtures, eight levels of response length, eight single sources. A model is
tuned on each at each depth, and its loss measured on D_eval. The table has a line a set and a column a depth and seed;
printed are Spearman's rank correlations with full depth, and of depths with themselves under another seed: what a seed
leaves of the ranks, which bounds both. A loss is written as soon as it is measured. A run that was cut off goes on from
the table alone; `--part 1/2` and `--part 2/2` share the work between two processes.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from filelock import FileLock
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


def _lines(out: Path) -> pd.DataFrame:
    """The table as far as it was written, a line a set."""
    return pd.read_csv(out, index_col="name") if out.exists() else pd.DataFrame(index=pd.Index([], name="name"))


def _keep(out: Path, name: str, column: str, loss: float) -> None:
    with FileLock(f"{out}.lock"):
        table = _lines(out)
        table.loc[name, column] = round(loss, 6)
        table.to_csv(out)


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--layers", type=int, nargs="+", default=[0, 15, 10, 5, 2], help="0 for all")
    lines.add_argument("--again", type=int, nargs="+", default=[0, 5], help="layers to tune under another seed, too")
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "depth")
    lines.add_argument("--pool", type=int, default=80, help="rows drawn from each source")
    chosen = lines.parse_args()
    places, rows = read_rows(chosen.datasets, SOURCES)
    bench = Bench(chosen, chosen.kept)
    sets = designed(draw_pool(bench.fitting(places, rows), chosen.pool), rows, chosen.rows)
    runs = [(layers, seed) for seed, depths in enumerate((chosen.layers, chosen.again)) for layers in depths]
    for each in sets[part_of(chosen)]:
        for layers, seed in runs:
            column = f"layers_{layers or 'all'}_seed_{seed}"
            if pd.notna(_lines(chosen.out).get(column, pd.Series(dtype=float)).get(each.name)):
                continue
            bench.settings = replace(bench.settings, tuned_layers=layers)
            found = bench.losses(f"{each.name} layers {layers}", [rows[i] for i in each.members["row_id"]], seed)
            _keep(chosen.out, each.name, column, summarise(found).per_example)
    report(_lines(chosen.out), len(sets))


def report(losses: pd.DataFrame, wanted: int) -> None:
    """Print how alike depths and seeds rank the sets that are measured at all of them."""
    whole = losses.dropna()
    ranks = whole.corr("spearman").round(3)
    print(f"{len(whole)} of {wanted} sets\nSpearman with all layers, seed 0:\n{ranks.iloc[0].to_string()}")
    for column in [each for each in ranks if each.endswith("seed_1")]:
        print(f"{column} with the same layers, seed 0: {ranks.loc[column.replace('seed_1', 'seed_0'), column]}")
    print("standard deviation between sets:\n" + whole.std().round(4).to_string(), flush=True)


if __name__ == "__main__":
    main()
