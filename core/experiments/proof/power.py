"""The smallest difference that a proof can show, told before it runs: 80% power in a two-sided test at 5%."""

import math
from dataclasses import dataclass

import numpy as np

from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan
from core.experiments.tournament.plan import RANDOM
from core.humanize import counted, fixed
from core.rows.candidate_set import CandidateSet, Kind
from core.statistics import SIGNIFICANT
from core.store.experiments import ExperimentTables

POWER = 0.8
USUAL_SPREAD = 0.0105  # nats per token: the largest over random draws in docs/experiments.md, of 96 and of 64 rows
FEWEST_DRAWS = 3  # of an experiment or a round, for their spread to count
ALIKE = 2.0  # an earlier draw may have so many times more or fewer rows


@dataclass(frozen=True)
class Spread:
    """Standard deviation of the loss over random draws in nats per token; `draws` is 0 where it is the usual one."""

    value: float
    draws: int = 0

    @property
    def source(self) -> str:
        if not self.draws:
            return f"a standard deviation over random draws of {fixed(self.value, 4)} nats/token (largest in our runs)"
        return (
            f"a standard deviation over random draws of {fixed(self.value, 4)} nats/token, from "
            f"{counted(self.draws, 'earlier draw')} of similar size"
        )


def smallest_difference(plan: ProofPlan, spread: float) -> float:
    """In nats per token; infinite where one unit can't show any.

    By the t test of the proof. Differences within a sub-pool are taken to vary as those of two random draws do, by √2
    times their spread: what they share of the sub-pool's luck would make it less.

    Args:
        spread: standard deviation of the loss over random draws.
    """
    if plan.draws < 2:
        return math.inf
    if plan.design is ProofDesign.SELECTION:
        error = spread * math.sqrt(1 + 1 / plan.draws)
    else:
        alike = plan.alike.get(Arm.RANDOM, 0.0)
        error = spread * math.sqrt(2) * math.sqrt(1 / plan.draws + alike / (1 - alike))
    return error * _noncentrality(plan.draws - 1)


def _noncentrality(degrees: int) -> float:
    """How many standard errors a true difference must have to be found with that power."""
    from statsmodels.stats.power import TTestPower

    size = TTestPower().solve_power(nobs=degrees + 1, alpha=SIGNIFICANT, power=POWER, alternative="two-sided")
    return float(size) * math.sqrt(degrees + 1)


def spread_of_draws(experiments: ExperimentTables, rows: int, epochs: int, profile: str) -> Spread:
    """From earlier random sets of this workspace, each compared with those of its own experiment; else the usual one.

    In a tournament with those of its round, which have as many rows.

    Args:
        rows: of a set that is planned; sets up to twice as large or small count.
        epochs, profile: with which they were tuned.
    """
    squares, degrees, draws = 0.0, 0, 0
    for saved in experiments.all():
        if saved.spec.get("profile") != profile or saved.spec.get("tuning", {}).get("epochs") != epochs:
            continue
        losses = experiments.losses(saved.job_id).set_index("number")["loss_per_token"]
        by_round: dict[int, list[float]] = {}
        for number, each in enumerate(experiments.candidate_sets(saved.experiment_id), start=1):
            if number in losses.index and _is_draw(each) and rows / ALIKE <= each.rows <= rows * ALIKE:
                by_round.setdefault(each.detail.get("round", 0), []).append(float(losses[number]))
        for alike in by_round.values():
            if len(alike) >= FEWEST_DRAWS:
                squares += float(((np.array(alike) - np.mean(alike)) ** 2).sum())
                degrees, draws = degrees + len(alike) - 1, draws + len(alike)
    return Spread(math.sqrt(squares / degrees), draws) if degrees and squares else Spread(USUAL_SPREAD)


def _is_draw(each: CandidateSet) -> bool:
    """Whether its rows are any of the pool: not those that a tournament draws of the lengths that a way has kept."""
    if "arm" in each.detail:
        return each.detail["arm"] == Arm.RANDOM
    return each.kind is Kind.RANDOM and each.detail.get("entrant", RANDOM) == RANDOM
