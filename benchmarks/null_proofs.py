"""Proofs of nothing: random rows against random rows on real data, and how often the verdict finds a difference.

    python benchmarks/null_proofs.py DATASETS --kept FOLDER --out docs/runs/null_proofs.csv [--runs 40] [--minutes 60]

Every run is a proof on disjoint sub-pools in which the selection, too, is drawn at random, judged as the studio judges:
it should be called better, or worse, in 2.5 % of the runs each. No row serves twice, in a run or between runs, so that
the runs are independent but for the questions. Only the upper layers are tuned; the lower ones read the questions once.
A line is written as soon as a run is through: one that was cut off goes on.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from real_run import Bench, arguments, read_rows, tuning_of

from core.datasets.evaluation_file import read_evaluation_file
from core.experiments.presets import ALL_LINEAR
from core.experiments.proof.losses import losses_of_runs
from core.experiments.proof.plan import Arm, ProofPlan, ProofRun
from core.experiments.proof.verdict import judge_proof
from core.finetune.batches import training_examples
from core.finetune.lower_layers import without_lower_layers
from core.finetune.model import add_adapter, load_base
from core.finetune.run import tune
from core.models.inference_loss import evaluation_profile, measure, read_sequences
from core.progress import Silent
from core.rows.evaluation_parts import split
from core.rows.row import Row

SOURCES = ("alpaca-davinci", "alpaca-en-demo", "t0-academic")
SIDES = (Arm.SELECTED, Arm.RANDOM)
EVALUATION_TOKENS = 160  # of a prompt, and of a response
DISK = 4_000_000_000  # bytes of the lower layers' states at most


class NullBench(Bench):
    """Tunes the upper layers and measures on the test part of D_eval."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        super().__init__(chosen, chosen.kept)
        self.settings = replace(tuning_of(chosen), tuned_layers=chosen.layers, target_modules=ALL_LINEAR)
        whole = read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl").examples
        tested = split([replace(each, outputs=each.outputs[:1]) for each in whole]).test
        self.examples = list(tested[: chosen.responses])
        self.eval_profile = evaluation_profile(self.pool.profile, self.settings.template, EVALUATION_TOKENS)
        self.questions = read_sequences(self.examples, self.pool.tokenizer, self.eval_profile)

    def one(self, rows: list[Row], seed: int, folder: Path) -> pd.DataFrame:
        """Loss of each response under a model tuned on the rows."""
        settings = replace(self.settings, seed=seed)
        tuned = add_adapter(load_base(self.pool, settings.precision, "cpu"), settings, "SmolLM2-135M-Instruct")
        examples = training_examples(rows, settings, self.pool.profile, self.pool.tokenizer)
        tune(tuned, examples, settings, folder, Silent())
        model, layers = tuned.get_base_model(), self.settings.tuned_layers
        with without_lower_layers(model, self.questions, layers, self.kept / "lower", DISK, Silent(), print):
            return measure(model, self.pool.tokenizer, self.examples, self.eval_profile, Silent())


def main() -> None:
    lines = arguments(str(__doc__))
    lines.add_argument("--kept", type=Path, required=True)
    lines.add_argument("--runs", type=int, default=40)
    lines.add_argument("--sub-pools", type=int, default=5)
    lines.add_argument("--layers", type=int, default=5, help="upper layers that are tuned")
    lines.add_argument("--minutes", type=float, default=1e9, help="begin no run after so long")
    lines.set_defaults(rows=12, learning_rate=1e-3, whole=True, responses=60)
    chosen = lines.parse_args()
    bench, began = NullBench(chosen), time.monotonic()
    places, rows = read_rows(chosen.datasets, SOURCES)
    drawn = bench.fitting(places, rows).sample(frac=1, random_state=0)["row_id"].tolist()
    each = chosen.sub_pools * len(SIDES) * chosen.rows
    assert chosen.runs * each <= len(drawn), f"{len(drawn)} rows fit, {chosen.runs * each} are needed"
    for run in range(chosen.runs):
        done = pd.read_csv(chosen.out) if chosen.out.exists() else pd.DataFrame({"run": []})
        if run in set(done["run"]):
            continue
        if time.monotonic() - began > 60 * chosen.minutes:
            break
        line = {"run": run} | judged(bench, [rows[i] for i in drawn[run * each : (run + 1) * each]], run, chosen)
        table = pd.concat([done, pd.DataFrame([line])]).astype({"run": int})
        table.to_csv(chosen.out, index=False)
        print(line, flush=True)
    report(pd.read_csv(chosen.out))


def judged(bench: NullBench, rows: list[Row], run: int, chosen: argparse.Namespace) -> dict[str, object]:
    """Tune both sides of every sub-pool, and what the studio says of them."""
    runs, losses = [], []
    for number in range(chosen.sub_pools * len(SIDES)):
        draw, side = divmod(number, len(SIDES))
        seed = run * chosen.sub_pools + draw
        runs.append(ProofRun(number + 1, SIDES[side], seed, draw))
        file = bench.kept / f"run-{run:02d}-model-{number:02d}.parquet"
        if not file.exists():
            members = rows[number * chosen.rows : (number + 1) * chosen.rows]
            bench.one(members, seed, bench.kept / "tuned").to_parquet(file)
        losses.append(pd.read_parquet(file).assign(number=number + 1))
    plan = ProofPlan(0, "random rows", draws=chosen.sub_pools)
    (comparison,) = judge_proof(losses_of_runs(pd.concat(losses), runs), plan).comparisons
    found = comparison.found
    numbers = {"difference": found.difference, "low": found.low, "high": found.high, "p_value": found.p_value}
    return {name: round(value, 6) for name, value in numbers.items()} | {"ruling": comparison.ruling.name.lower()}


def report(table: pd.DataFrame) -> None:
    """Print how many runs were ruled what, and how the p-values lie."""
    print(table["ruling"].value_counts().to_string())
    shares = {f"p < {level}": f"{(table['p_value'] < level).mean():.1%}" for level in (0.05, 0.1, 0.25, 0.5)}
    print(f"of {len(table)} runs:", shares, f"mean |difference| {table['difference'].abs().mean():.4f} nats per token")


if __name__ == "__main__":
    main()
