"""A quick trial on the demo data: its processor time by part, and whether its sets differ by more than chance.

    python -m benchmarks.quick_trial [--seeds 2] [--precision fp32] [--change learning_rate=0.001 rows=16 ...]

What the worker does for each set is done here in one process, so that its processor time is that of the trial: on a CPU
two threads share it. Cronbach's α says how far the order of the sets depends on the evaluation examples; the
correlation between seeds of tuning, how far on chance in tuning.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from core.environment import read_environment
from core.experiments.plan import ExperimentPlan
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.regression.reliability import reliability
from core.rows.candidate_set import UNTUNED
from core.values import changed
from jobs.api import Studio
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.new_experiment import new_experiment_folder
from jobs.experiments.planned import planned
from jobs.experiments.set_job import SetJob

Result = TypeVar("Result")


class Clock:
    """Processor seconds of each step, all threads together."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        began = time.process_time()
        result = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began
        return result


def run(folder: ExperimentFolder, pool: ModelPool, clock: Clock) -> None:
    """Tune and measure every set, as a worker with one device does."""
    for each in folder.spec().sets:
        began = time.process_time()
        SetJob(folder, each.number, pool, "cpu", lambda: False).run(clock.step)
        print(f"  {each.name}: {time.process_time() - began:.0f} s", flush=True)


def losses(folder: ExperimentFolder) -> pd.DataFrame:
    """Mean loss of each example, a line a set, the untuned model first."""
    parts = sorted(folder.job.parts.glob("losses-*.parquet"))
    lines = pd.concat([pq.read_table(part).to_pandas() for part in parts])
    return lines.pivot_table("loss_nats_per_token", "number", "example", "mean")


def plan_of(studio: Studio, chosen: argparse.Namespace) -> ExperimentPlan:
    changes = dict(each.split("=", 1) for each in chosen.change)
    told = {name: json.loads(value) for name, value in changes.items()}
    plan = studio.experiments.plan("quick-trial", **({"precision": chosen.precision} if chosen.precision else {}))
    return changed(plan, told, "change")


def report(found: Sequence[pd.DataFrame], indicators: pd.DataFrame) -> None:
    """Print how far the sets lie apart, and whether by more than chance.

    Args:
        found: of each seed, from `losses`.
        indicators: means over the sets, a line each in their order.
    """
    tuned = [each.drop(index=UNTUNED) for each in found]
    means = pd.DataFrame({f"seed {number}": each.mean(axis=1) for number, each in enumerate(tuned)})
    print(means.round(4).to_string())
    print(f"untuned: {found[0].loc[UNTUNED].mean():.4f} nats/token")
    for name, each in means.items():
        print(f"{name}: sets lie {np.ptp(each):.4f} apart, standard deviation {each.std():.4f}")
    print("reliability (Cronbach's alpha):", [round(reliability(each.to_numpy()), 3) for each in tuned])
    log_loss = np.log(means.mean(axis=1)).to_numpy()
    told = {name: np.corrcoef(values, log_loss)[0, 1] for name, values in indicators.dropna(axis=1).items()}
    print("Pearson of log loss and mean", ", ".join(f"{name} {value:.2f}" for name, value in told.items()))
    if len(tuned) > 1:
        noise = float(np.sqrt(means.var(axis=1, ddof=1).mean()))
        between, alike = means.mean(axis=1).std() / noise, means.corr().iloc[0, 1]
        print(f"standard deviation over seeds of one set {noise:.4f}; between sets over seeds {between:.1f}")
        print(f"correlation of the first two seeds {alike:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="of tuning, with which the same sets are tuned")
    parser.add_argument("--precision", default="", help="of tuning; the fastest here without it")
    parser.add_argument("--change", nargs="+", default=[], help="fields of the plan, with JSON values")
    chosen = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    began = time.process_time()
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    found = []
    with tempfile.TemporaryDirectory() as data, Studio.open(data) as studio:
        plan = plan_of(studio, chosen)
        made = studio.experiments.draft(plan)
        print(plan, made.cost, sep="\n")
        print(made.means.round(2).to_string(), flush=True)
        before = time.process_time() - began
        for seed in range(chosen.seeds):
            store, clock = studio.session.store, Clock()
            wanted = planned(store.evaluation_sets, changed(plan, {"seed": seed}, "seed"), made, f"seed {seed}")
            job, _ = new_experiment_folder(store, Path(data) / "jobs", wanted)
            folder, start = ExperimentFolder(job), time.process_time()
            run(folder, pool, clock)
            whole = time.process_time() - start
            parts = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in clock.seconds.items())
            print(f"seed {seed}: {whole:.0f} s of processor time ({parts}); {before:.0f} s before the first set")
            found.append(losses(folder))
    report(found, made.means.iloc[:, 3:])
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
