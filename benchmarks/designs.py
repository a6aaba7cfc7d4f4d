"""How well rules learned from designed and from fused sets predict new sets: a simulation with known truth.

    python benchmarks/designs.py [--repeats 30]

Each repeat is a world: five datasets whose rows have eight correlated indicators, a linear truth of log loss on mean
indicators in which three of them matter, and noise of a set's loss, as large as the true spread of 78 fused sets.
Candidate sets of 128 rows are made by each design, given losses, and a rule is learned from them. What is reported is
the error against the true log loss of 200 new sets, such as users select, as a share of its variance: 1 is no better
than the mean.
"""

import argparse

import numpy as np
import pandas as pd

from core.experiments.designed import coefficient_errors, designed
from core.experiments.sampling import fused, set_means
from core.regression.procedure import Procedure, RuleMethod
from core.rows.candidate_set import CandidateSet

NAMES = [f"indicator_{n}" for n in range(8)]
DATASETS, ROWS_EACH, ROWS, NEW = 5, 600, 128, 200


class World:
    """Datasets, their rows, and what their mean indicators do to the loss."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        mixing = 0.6 * random.normal(size=(len(NAMES), len(NAMES))) + np.eye(len(NAMES))
        centres = random.normal(size=(DATASETS, len(NAMES)))
        parts = [
            pd.DataFrame((random.normal(size=(ROWS_EACH, len(NAMES))) + centre) @ mixing, columns=NAMES)
            for centre in centres
        ]
        self.rows = pd.concat(parts, ignore_index=True).assign(
            dataset_id=np.repeat(np.arange(1, DATASETS + 1), ROWS_EACH), row_id=np.arange(DATASETS * ROWS_EACH)
        )
        self.truth = np.zeros(len(NAMES))
        self.truth[random.choice(len(NAMES), 3, replace=False)] = random.normal(size=3)
        self.seed, self.random = seed, random
        uniform = self.means(fused(self.rows, 78, ROWS, seed + 10_000))
        self.noise = float((uniform @ self.truth).std())
        self.new = np.array([self._new_set() for _ in range(NEW)])

    def _new_set(self) -> np.ndarray:
        """Mean indicators of rows that a user might select: best by some score, from some of the datasets."""
        weights = self.random.normal(size=len(NAMES))
        some = self.random.choice(DATASETS, self.random.integers(1, DATASETS + 1), replace=False) + 1
        pool = self.rows[self.rows["dataset_id"].isin(some)]
        ordered = pool.iloc[np.argsort(pool[NAMES].to_numpy() @ weights)]
        first = self.random.integers(0, len(ordered) - ROWS)
        return ordered.iloc[first : first + ROWS][NAMES].mean().to_numpy()

    def means(self, sets: list[CandidateSet]) -> np.ndarray:
        return set_means(sets, self.rows, NAMES)[NAMES].to_numpy()

    def made(self, design: str, sets: int) -> np.ndarray:
        """Mean indicators of the sets of a design, shape (sets, indicators)."""
        if design == "designed":
            return self.means(designed(self.rows, sets, ROWS, self.seed, NAMES))
        return self.means(fused(self.rows, sets, ROWS, self.seed))

    def errors(self, designs: dict[str, int]) -> dict[str, float]:
        """Error on new sets of a rule learned from each design, as a share of the variance of the truth."""
        return {name: self.error(self.made(name, sets)) for name, sets in designs.items()}

    def error(self, means: np.ndarray, method: RuleMethod | None = None) -> float:
        noisy = means @ self.truth + np.random.default_rng(self.seed).normal(0, self.noise, len(means))
        table = pd.DataFrame(means, columns=NAMES).assign(log_loss=noisy)
        fit = Procedure(method or RuleMethod.default(len(table))).learn(table, NAMES)
        true = self.new @ self.truth
        predicted = fit.predict(pd.DataFrame(self.new, columns=NAMES)).to_numpy()
        return float(((predicted - true) ** 2).mean() / true.var())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=30)
    repeats = parser.parse_args().repeats
    cases = [("designed", 24), ("fused", 24), ("fused", 78)]
    found = {(*case, method): [] for case in cases for method in (RuleMethod.AVERAGED, RuleMethod.ALL)}
    errors: dict[tuple[str, int], list[np.ndarray]] = {case: [] for case in cases}
    for seed in range(repeats):
        world = World(seed)
        for case in cases:
            means = world.made(*case)
            errors[case].append(coefficient_errors(means))
            for method in (RuleMethod.AVERAGED, RuleMethod.ALL):
                found[*case, method].append(world.error(means, method))
    print("| design | sets | standard errors, beside 24 fused | error, averaged rules | error, all indicators |")
    print("| --- | --- | --- | --- | --- |")
    for design, sets in cases:
        cells = [np.array(found[design, sets, method]) for method in (RuleMethod.AVERAGED, RuleMethod.ALL)]
        told = [
            f"{np.median(each):.2f} ({np.quantile(each, 0.25):.2f} to {np.quantile(each, 0.75):.2f})" for each in cells
        ]
        relative = np.array(errors[design, sets]) / np.array(errors["fused", 24])
        print(f"| {design} | {sets} | {np.median(relative):.2f} | {told[0]} | {told[1]} |")
    for method in (RuleMethod.AVERAGED, RuleMethod.ALL):
        ours, theirs = (np.array(found[*case, method]) for case in (("designed", 24), ("fused", 78)))
        print(f"\n24 designed beat 78 fused in {(ours < theirs).sum()} of {repeats} worlds ({method}).")


if __name__ == "__main__":
    main()
