"""The proof on real data that the rule has not seen: models tuned on rows that a rule chose, and on random rows.

    python benchmarks/proof.py DATASETS --table TABLE.csv --terms reward output_length [--seeds 5]

TABLE is what `candidate_sets.py --out` wrote, with the same settings of tuning; the rule is least squares of its
`log_loss` on the terms. The pool is drawn from sources that no set of the table has; `--beside` adds rows of sources
that the sets drew from, but none of the rows that they could have drawn. Chosen are the rows with the lowest rule
value, within the range of the sets' means. Longest responses, a baseline that is hard to beat (arXiv 2402.04833), are a
third side.
Printed is a line a model, with how many of its rows are of the sources beside, and the verdict that the studio gives. A
run that was cut off goes on.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from candidate_sets import SOURCES
from real_run import Bench, arguments, draw_pool, part_of, read_rows

from core.experiments.proof.plan import Arm, ProofRun
from core.experiments.proof.verdict import judge_proof, seed_test
from core.models.inference_loss import summarise
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.validation import leave_one_out
from core.rows.row import Row
from core.rules.rule import Rule
from core.selection.select import SelectionSpec, select
from core.statistics import paired_difference

UNSEEN = (
    "alpacaeval-claude",
    "alpacaeval-gpt4_0613",
    "alpacaeval-guanaco-7b",
    "alpacaeval-baize-v2-7b",
    "alpacaeval-oasst-sft-pythia-12b",
    "alpacaeval-pythia-12b-mix-sft",
    "alpacaeval-phi-2-sft",
    "gpteacher-roleplay",
)
LONGEST = "longest"
SIDES = (str(Arm.RANDOM), LONGEST, str(Arm.SELECTED))


@dataclass(frozen=True)
class Model:
    """One model of the proof: on which side, with which seed, on which rows of the pool."""

    side: str
    seed: int
    members: pd.DataFrame

    @property
    def name(self) -> str:
        return f"proof {self.side}"


def models_of(side: str, scored: pd.DataFrame, rows: int, seeds: int, rule: Rule | None) -> list[Model]:
    """The models of a side; random rows are others for each seed."""
    if side == Arm.RANDOM:
        drawn = [scored.sample(rows, random_state=1_000 + seed) for seed in range(seeds)]
        return [Model(side, seed, members) for seed, members in enumerate(drawn)]
    members = scored.nlargest(rows, "output_length") if rule is None else chosen_by(rule, scored, rows)
    return [Model(side, seed, members) for seed in range(seeds)]


def chosen_by(rule: Rule, scored: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows that the studio selects by a learned rule: the best within what the rule has seen."""
    selection = select(scored, SelectionSpec(rule=rule, rows=rows, within_range=True), _no_embeddings)
    for limit in selection.limits:
        print(f"{limit.rows} rows passed over: {limit}")
    return scored.set_index("row_id", drop=False).loc[selection.kept["row_id"]]


def _no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("a selection by a rule alone needs no embeddings")


def drawn_before(chosen: argparse.Namespace) -> set[Row]:
    """The rows that the sets of the table were drawn from, as `candidate_sets.py --levels` draws them."""
    shares = pd.read_csv(chosen.table, nrows=0).filter(like="share_").columns
    places, rows = read_rows(chosen.datasets, [name.removeprefix("share_") for name in shares])
    fitting = Bench(chosen, chosen.kept).fitting(places, rows) if chosen.whole else places
    return {rows[i] for i in draw_pool(fitting, chosen.drawn)["row_id"]}


def pool_of(chosen: argparse.Namespace, bench: Bench) -> tuple[pd.DataFrame, list[Row]]:
    """The rows to choose from, and all rows that their row_id counts."""
    places, rows = read_rows(chosen.datasets, (*UNSEEN, *chosen.beside))
    if chosen.beside:
        before = drawn_before(chosen)
        places = places[[rows[i] not in before for i in places["row_id"]]]
    fitting = bench.fitting(places, rows) if chosen.whole else places
    strange = fitting["dataset_id"] < len(UNSEEN)
    pools = [draw_pool(fitting[strange], chosen.pool), draw_pool(fitting[~strange], chosen.beside_rows)]
    return pd.concat(pools, ignore_index=True), rows


def learned(table: pd.DataFrame, terms: list[str], data: tuple[str, ...]) -> Rule:
    fit = fit_ols(table, terms)
    print(f"rule: {fit.summary}\n  held back: {leave_one_out(fit).summary}")
    return learn_rule(fit, "real", "Learned on real sets", profile="embedded", data=data)


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--table", type=Path)
    lines.add_argument("--terms", nargs="+", default=["reward"])
    lines.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES)
    lines.add_argument("--seeds", type=int, default=5)
    lines.add_argument("--pool", type=int, default=100, help="rows drawn from each source")
    lines.add_argument("--beside", nargs="+", default=[], help="sources of the table whose other rows join the pool")
    lines.add_argument("--beside-rows", type=int, default=240, help="rows drawn from each of them")
    lines.add_argument("--drawn", type=int, default=96, help="rows of each source that the table's sets drew from")
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "proof")
    chosen = lines.parse_args()
    bench = Bench(chosen, chosen.kept)
    pool, rows = pool_of(chosen, bench)
    scored = bench.scores(pool, chosen.indicators, rows)
    rule = learned(pd.read_csv(chosen.table), chosen.terms, SOURCES) if chosen.table else None
    sides = [side for side in chosen.sides if rule is not None or side != Arm.SELECTED]
    models = [
        each
        for side in sides
        for each in models_of(side, scored, chosen.rows, chosen.seeds, rule if side == Arm.SELECTED else None)
    ]
    for each in models[part_of(chosen)]:
        bench.losses(each.name, [rows[i] for i in each.members["row_id"]], each.seed)
    if chosen.part or rule is None:
        return
    report(bench, models, rule, chosen.out)


def report(bench: Bench, models: list[Model], rule: Rule, out: Path | None) -> None:
    """Print the verdict and write a line a model."""
    found = [bench.measured(each.name, each.seed) for each in models]
    table = pd.DataFrame(
        {
            "side": each.side,
            "seed": each.seed,
            "rule_value": rule.predict_set(each.members),
            "output_length": each.members["output_length"].mean(),
            "beside": (each.members["dataset_id"] >= len(UNSEEN)).sum(),
            "loss_per_example": summarise(losses).per_example,
        }
        for each, losses in zip(models, found, strict=True)
    )
    sides = dict(list(table.groupby("side")["loss_per_example"]))
    numbered = enumerate(models, start=1)
    runs = [ProofRun(n, Arm(each.side), each.seed, each.seed) for n, each in numbered if each.side in set(Arm)]
    every = pd.concat([losses.assign(number=n) for n, losses in enumerate(found, start=1)])
    print(table.round(4).to_string(index=False))
    print(judge_proof(every, runs).verdict)
    print(f"rule value against log loss over models: r = {_correlation(table):.2f}")
    if LONGEST in sides:
        against = seed_test(sides[Arm.SELECTED].tolist(), sides[LONGEST].tolist())
        paired = paired_difference(*(_mean_of(models, found, side) for side in (Arm.SELECTED, LONGEST)))
        print(f"selected less longest: {against}\n  over examples: {paired}")
    if out:
        table.round(6).to_csv(out, index=False)


def _mean_of(models: list[Model], found: list[pd.DataFrame], side: str) -> pd.DataFrame:
    own = [losses for each, losses in zip(models, found, strict=True) if each.side == side]
    return pd.concat(own).groupby(["example", "response"], as_index=False)["loss_nats_per_token"].mean()


def _correlation(table: pd.DataFrame) -> float:
    return float(np.corrcoef(table["rule_value"], np.log(table["loss_per_example"]))[0, 1])


if __name__ == "__main__":
    main()
