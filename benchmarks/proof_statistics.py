"""How often does a proof call a selection better that is as good as random rows, and do its intervals hold the truth?

    python benchmarks/proof_statistics.py [--repeats 4000]
    python benchmarks/proof_statistics.py --again docs/runs/proof_mixed.csv

No model is tuned: losses are drawn with known components, so that the truth is known. Their sizes, in nats per token,
are those of docs/experiments.md: random draws differ by 0.0105 and seeds of one set by 0.0040; what questions add to
the difference of two sides is not known well, so it is none, moderate and large. The old test (several seeds of one
selection against as many random draws: Welch's test, and a paired one over the questions) stands beside the new ones.
Printed is a line a design: how often `better` is said where nothing is, how often the 95% interval holds the truth, and
how often a gain of 0.02 is found. Two minutes on one core.

`--again` judges the table of an earlier proof anew: there seeds of one selection stood beside as many random draws.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from core.experiments.proof.losses import ModelLoss, ProofLosses
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan
from core.experiments.proof.subpools import likeness
from core.experiments.proof.verdict import judge_proof

DRAW, SEED, SUBPOOL = 0.0105, 0.0040, 0.0060  # standard deviations of a model's loss
QUESTIONS = 64
BY_QUESTION = {"none": (0.0, 0.0), "moderate": (0.03, 0.03), "large": (0.06, 0.03)}  # of a side; of a single model
GAIN = 0.02  # for the power
Measure = Callable[[np.random.Generator, tuple[float, float]], tuple[float, float]]


@dataclass(frozen=True)
class Case:
    """A design by its name, and what one proof of it gives: both ends of its interval."""

    name: str
    proof: Measure


def weights(random: np.random.Generator) -> np.ndarray:
    """Response tokens of the questions over their mean."""
    tokens = random.lognormal(0, 0.6, QUESTIONS)
    return tokens / tokens.mean()


def models(
    random: np.random.Generator, means: np.ndarray, side: np.ndarray, noise: float, weight: np.ndarray
) -> np.ndarray:
    """What each question adds to models of one side, shape (models, questions)."""
    return weight * (means[:, None] + side + random.normal(0, noise, (len(means), QUESTIONS)))


def by_question(random: np.random.Generator, spread: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return random.normal(0, spread[0] / np.sqrt(2), (2, QUESTIONS))


def subpools(count: int) -> Measure:
    """The choice made anew on disjoint sub-pools."""

    def proof(random: np.random.Generator, spread: tuple[float, float]) -> tuple[float, float]:
        weight, sides = weights(random), by_question(random, spread)
        luck = random.normal(0, SUBPOOL, count)
        own = random.normal(0, np.hypot(DRAW, SEED), (2, count))
        selected = models(random, luck + own[0], sides[0], spread[1], weight)
        drawn = models(random, luck + own[1], sides[1], spread[1], weight)
        return ends(selected, drawn, weight, ProofDesign.SUBPOOLS)

    return proof


def one_selection(draws: int) -> Measure:
    """One selection, tuned once, among random draws."""

    def proof(random: np.random.Generator, spread: tuple[float, float]) -> tuple[float, float]:
        weight, sides = weights(random), by_question(random, spread)
        own = random.normal(0, np.hypot(DRAW, SEED), 1 + draws)
        selected = models(random, own[:1], sides[0], spread[1], weight)
        drawn = models(random, own[1:], sides[1], spread[1], weight)
        return ends(selected, drawn, weight, ProofDesign.SELECTION)

    return proof


def ends(
    selected: np.ndarray, drawn: np.ndarray, weight: np.ndarray, design: ProofDesign, alike: float = 0.0
) -> tuple[float, float]:
    """The interval that the studio gives."""
    sides = ((Arm.SELECTED, selected), (Arm.RANDOM, drawn))
    made = [ModelLoss(arm, draw, draw, each) for arm, every in sides for draw, each in enumerate(every)]
    losses = ProofLosses(tuple(made), weight, None, len(made))
    found = (
        judge_proof(losses, ProofPlan(0, "", design, overlap=alike, alike={str(Arm.RANDOM): alike}))
        .comparisons[0]
        .found
    )
    return found.low, found.high


def overlapping(count: int, share: float, rows: int = 12) -> Measure:
    """Sub-pools that share rows, of a small pool: a row's worth is its own, and a useless score ranks the rows."""
    pool = round(4 * rows / share)

    def proof(random: np.random.Generator, spread: tuple[float, float]) -> tuple[float, float]:
        worth, score = random.normal(0, DRAW * np.sqrt(rows), pool), random.normal(size=pool)
        weight, sides = weights(random), by_question(random, spread)
        chosen, drawn = [], []
        for _ in range(count):
            part = random.permutation(pool)[: 4 * rows]
            chosen.append(part[np.argsort(score[part])[:rows]])
            drawn.append(random.permutation(part)[:rows])
        seeds = random.normal(0, SEED, (2, count))
        selected = models(random, worth[chosen].mean(axis=1) + seeds[0], sides[0], spread[1], weight)
        control = models(random, worth[drawn].mean(axis=1) + seeds[1], sides[1], spread[1], weight)
        alike = likeness([set(each) for each in chosen], [set(each) for each in drawn])
        return ends(selected, control, weight, ProofDesign.SUBPOOLS, alike)

    return proof


def seeds_of_one(seeds: int) -> Measure:
    """The old test: seeds of one selection as replicates; better where both intervals say so."""

    def proof(random: np.random.Generator, spread: tuple[float, float]) -> tuple[float, float]:
        weight, sides = weights(random), by_question(random, spread)
        tuned = random.normal(0, DRAW) + random.normal(0, SEED, seeds)
        selected = models(random, tuned, sides[0], spread[1], weight)
        drawn = models(random, random.normal(0, np.hypot(DRAW, SEED), seeds), sides[1], spread[1], weight)
        welch = stats.ttest_ind(selected.mean(axis=1), drawn.mean(axis=1), equal_var=False).confidence_interval()
        over = stats.ttest_1samp(selected.mean(axis=0) - drawn.mean(axis=0), 0).confidence_interval()
        if spread == (0.0, 0.0):  # then the questions all say the same
            return float(welch.low), float(welch.high)
        return float(min(welch.low, over.low)), float(max(welch.high, over.high))

    return proof


DESIGNS = (
    Case("old: 3 seeds of one selection, 3 draws", seeds_of_one(3)),
    Case("old: 5 seeds of one selection, 5 draws", seeds_of_one(5)),
    Case("6 disjoint sub-pools", subpools(6)),
    Case("10 disjoint sub-pools", subpools(10)),
    Case("6 sub-pools that share 50% of their rows", overlapping(6, 0.5)),
    Case("6 sub-pools that share 25% of their rows", overlapping(6, 0.25)),
    Case("one selection among 9 draws", one_selection(9)),
    Case("one selection among 19 draws", one_selection(19)),
)


def table(repeats: int) -> pd.DataFrame:
    """A line a design and size of the question part."""
    lines = []
    for design in DESIGNS:
        for place, (size, spread) in enumerate(BY_QUESTION.items()):
            random = np.random.default_rng(place)
            found = np.array([design.proof(random, spread) for _ in range(repeats)])
            # A true gain moves both ends by itself.
            shares = (found[:, 1] < 0, (found[:, 0] <= 0) & (found[:, 1] >= 0), found[:, 1] < GAIN)
            lines.append((design.name, size, *(100 * np.mean(each) for each in shares)))
    return pd.DataFrame(lines, columns=["design", "questions", "false better (%)", "coverage (%)", "power (%)"])


def judged_again(path: Path) -> None:
    """The sound verdict on a table with the columns side, seed and loss_per_example."""
    lines = pd.read_csv(path)
    models = [
        ModelLoss(Arm(side), int(seed) if side == Arm.RANDOM else 0, int(seed), np.array([loss]))
        for side, seed, loss in lines[["side", "seed", "loss_per_example"]].itertuples(index=False, name=None)
    ]
    losses = ProofLosses(tuple(models), np.ones(1), None, len(models))
    print(judge_proof(losses, ProofPlan(0, path.stem, ProofDesign.SEEDS)).verdict)


def main() -> None:
    lines = argparse.ArgumentParser(description=str(__doc__), formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--repeats", type=int, default=4_000)
    lines.add_argument("--again", type=Path, help="the table of an earlier proof: side, seed, loss_per_example")
    chosen = lines.parse_args()
    if chosen.again:
        judged_again(chosen.again)
        return
    print(table(chosen.repeats).to_string(index=False, float_format=lambda value: f"{value:.1f}"))


if __name__ == "__main__":
    main()
