"""The proof on real data that the rule has not seen: its choice made anew on sub-pools, beside other rows of each.

    python benchmarks/proof.py DATASETS --table TABLE.csv --terms reward output_length [--draws 6]

TABLE is what `candidate_sets.py --out` wrote, with the same settings of tuning; the rule is least squares of its
`log_loss` on the terms. The pool is drawn from sources that no set of the table has; `--beside` adds rows of sources
that the sets drew from, but none of the rows that they could have drawn. It is cut into sub-pools; on each the rule
chooses anew, within the range of the sets' means, beside random, length-matched, source-matched and longest rows. Loss
is measured on the test part of D_eval. Printed is the verdict that the studio gives, and with `--out` written a line a
model (pool, sub-pool, arm, loss), which `python -m jobs prove --losses` reads. A run that was cut off goes on.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from candidate_sets import SOURCES
from real_run import Bench, arguments, draw_pool, part_of, read_rows

from core.experiments.proof.arms import ProofSets, proof_sets
from core.experiments.proof.losses import losses_of_runs
from core.experiments.proof.plan import ProofPlan, runs_of
from core.experiments.proof.verdict import judge_proof
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.validation import leave_one_out
from core.rows.evaluation_parts import split
from core.rows.evaluation_set import limit, read_evaluation_file
from core.rows.row import Row
from core.rules.rule import Rule
from core.selection.select import SelectionSpec, select

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


def sets_of(scored: pd.DataFrame, rule: Rule, rows: int, plan: ProofPlan) -> ProofSets:
    """The sets of the proof, of so many rows each."""
    spec = SelectionSpec(rule=rule, rows=rows * plan.draws, within_range=True)
    selection = select(scored, spec, _no_embeddings)
    for each in selection.limits:
        print(f"{each.rows} rows passed over: {each}")
    return proof_sets(plan, spec, selection.kept, scored, _no_embeddings)


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
    lines.add_argument("--draws", type=int, default=6, help="sub-pools")
    lines.add_argument("--pool", type=int, default=100, help="rows drawn from each source")
    lines.add_argument("--beside", nargs="+", default=[], help="sources of the table whose other rows join the pool")
    lines.add_argument("--beside-rows", type=int, default=240, help="rows drawn from each of them")
    lines.add_argument("--drawn", type=int, default=96, help="rows of each source that the table's sets drew from")
    lines.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "proof")
    chosen = lines.parse_args()
    bench = Bench(chosen, chosen.kept)
    evaluation = read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl")
    bench.examples = limit(split(evaluation).test, chosen.responses, seed=0)
    pool, rows = pool_of(chosen, bench)
    scored = bench.scores(pool, chosen.indicators, rows)
    rule = learned(pd.read_csv(chosen.table), chosen.terms, SOURCES)
    plan = ProofPlan(0, "real", draws=chosen.draws, rule=rule)
    made = sets_of(scored, rule, chosen.rows, plan)
    sets = list(enumerate(made.sets, start=1))
    for number, each in [(0, None), *sets][part_of(chosen)]:
        members = [] if each is None else [rows[i] for i in each.members["row_id"]]
        bench.losses(f"proof {number}", members, each.detail["tuning_seed"] if each else 0)
    if not chosen.part:
        report(bench, made, plan, chosen.out)


def report(bench: Bench, made: ProofSets, plan: ProofPlan, out: Path | None) -> None:
    """Print the verdict and write a line a model."""
    seeds = {0: 0} | {number: each.detail["tuning_seed"] for number, each in enumerate(made.sets, start=1)}
    every = pd.concat([bench.measured(f"proof {n}", seed).assign(number=n) for n, seed in seeds.items()])
    losses = losses_of_runs(every, runs_of(made.sets))
    proof = judge_proof(losses, plan)
    print(proof.verdict)
    table = [("real", each.draw, str(each.arm), round(each.loss, 6)) for each in losses.models]
    table.append(("real", 0, "untuned", round(proof.untuned or np.nan, 6)))
    if out:
        pd.DataFrame(table, columns=["pool", "sub-pool", "arm", "loss"]).to_csv(out, index=False)


if __name__ == "__main__":
    main()
