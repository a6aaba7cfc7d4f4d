"""How well the losses of sets are measured, against the analysis of variance of statsmodels and against known truth."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from core.regression.design import RESPONSE
from core.regression.procedure import Procedure, examine
from core.regression.reliability import reliability


def measured(sets: int, examples: int, spread: float, seed: int = 0) -> np.ndarray:
    """Losses of sets whose true means have this standard deviation, that of the chance of one example being 1."""
    generator = np.random.default_rng(seed)
    of_examples = generator.normal(2.0, 3.0, examples)
    return of_examples + generator.normal(0.0, spread, (sets, 1)) + generator.normal(0.0, 1.0, (sets, examples))


def test_it_is_hoyts_ratio_of_the_analysis_of_variance() -> None:
    losses = measured(9, 14, 0.5)
    long = pd.DataFrame(losses).melt(ignore_index=False, var_name="example", value_name="loss").reset_index(names="set")
    table = anova_lm(ols("loss ~ C(set) + C(example)", long).fit())
    squares = table["mean_sq"]
    assert reliability(losses) == pytest.approx(1 - squares["Residual"] / squares["C(set)"], abs=1e-9)


def test_over_many_tables_it_is_the_share_of_the_true_variance() -> None:
    spread, examples = 0.2, 50
    found = np.median([reliability(measured(400, examples, spread, seed)) for seed in range(20)])
    assert found == pytest.approx(spread**2 / (spread**2 + 1 / examples), abs=0.02)


def test_an_example_of_no_weight_counts_for_nothing() -> None:
    losses = measured(12, 6, 0.5)
    weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 0.0])
    told = reliability(losses, weights)
    losses[:, 5] += 100 * np.arange(12)
    assert reliability(losses, weights) == told


@pytest.mark.parametrize("losses", [np.ones((1, 5)), np.ones((5, 1)), np.ones((4, 3))])
def test_what_can_not_be_told_is_not_a_number(losses: np.ndarray) -> None:
    assert np.isnan(reliability(losses))


@pytest.mark.parametrize(("spread", "doubted"), [(0.0, True), (1.0, False)])
def test_a_rule_of_sets_that_chance_tells_apart_is_doubted(spread: float, doubted: bool) -> None:
    losses = measured(12, 40, spread)
    sets = pd.DataFrame({"reward": np.linspace(0.0, 1.0, 12) ** 2, RESPONSE: np.log(losses.mean(axis=1))})
    found = examine(sets, ["reward"], Procedure(), losses)
    assert any("reliability" in each for each in found.doubts) == doubted
