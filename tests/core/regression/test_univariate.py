"""Correlations are those of R's cor.test, kinds apart, with intervals that hold and p corrected by definition."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.errors import RegressionError
from core.regression.univariate import CorrelationMethod, correlations, fisher_interval
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import mtcars

CARS = ["cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb"]


def test_pearson_is_that_of_r() -> None:
    """cor.test(mtcars$mpg, mtcars$wt)."""
    found = correlations(mtcars(), ["wt"], draws=10).of("wt")
    assert found.coefficient == pytest.approx(-0.8676594, abs=5e-8)
    assert (found.low, found.high) == pytest.approx((-0.9338264, -0.7440872), abs=5e-8)
    assert found.p == pytest.approx(1.294e-10, rel=1e-3)
    assert found.sets == 32


def test_spearman_is_that_of_r() -> None:
    """cor.test(mtcars$mpg, mtcars$wt, method = "spearman", exact = FALSE)."""
    found = correlations(mtcars(), ["wt"]).of("wt", CorrelationMethod.SPEARMAN)
    assert found.coefficient == pytest.approx(-0.886422, abs=5e-7)
    assert found.p == pytest.approx(1.488e-11, rel=1e-3)
    assert found.low < found.coefficient < found.high


def test_spearman_interval_is_the_percentile_bootstrap_of_scipy() -> None:
    sets = mtcars()
    found = correlations(sets, ["hp"], draws=6000).of("hp", CorrelationMethod.SPEARMAN)
    reference = stats.bootstrap(
        (sets["hp"].to_numpy(), sets["log_loss"].to_numpy()),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True, vectorized=False, method="percentile", n_resamples=3000, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx(tuple(reference), abs=0.02)


def test_fisher_interval_holds_the_true_correlation_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(2000, 12))
    y = 0.6 * x + 0.8 * random.normal(size=x.shape)
    intervals = [fisher_interval(np.corrcoef(a, b)[0, 1], 12, 0.9) for a, b in zip(x, y, strict=True)]
    held = [low <= 0.6 <= high for low, high in intervals]
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("method", list(CorrelationMethod))
def test_p_values_are_corrected_by_the_definitions_of_holm_and_benjamini_hochberg(method: CorrelationMethod) -> None:
    table = correlations(mtcars(), CARS, draws=10).table.query("method == @method").sort_values("p")
    p, n = table["p"].to_numpy(), len(table)
    holm = [min(1.0, max((n - j) * p[j] for j in range(i + 1))) for i in range(n)]
    bh = [min(1.0, min(n / (j + 1) * p[j] for j in range(i, n))) for i in range(n)]
    np.testing.assert_allclose(table["p_holm"], holm)
    np.testing.assert_allclose(table["p_bh"], bh)


def test_kinds_are_correlated_and_corrected_apart() -> None:
    fused, levels = made_up(0).assign(kind="fused"), made_up(1, sets=8).assign(kind="hierarchical")
    names = ["reward", "output_length", "knn_distance"]
    together = pd.concat([fused, levels], ignore_index=True)
    apart = correlations(together, names, draws=50)
    assert {(each.kind, each.sets) for each in apart.found} == {("fused", 30), ("hierarchical", 8)}
    alone = correlations(levels.drop(columns="kind"), names, draws=50)
    columns = ["indicator", "method", "coefficient", "low", "high", "p_holm", "p_bh"]
    ours = apart.table.query("kind == 'hierarchical'")[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, alone.table[columns])
    assert {each.sets for each in correlations(together, names, by_kind=False, draws=50).found} == {38}


def test_a_correlation_between_kinds_is_not_one_within_them() -> None:
    low = pd.DataFrame({"reward": [0.0, 1, 0, 1] * 3, "log_loss": [0.0, 0, 1, 1] * 3, "kind": "fused"})
    high = low.assign(reward=low["reward"] + 10, log_loss=low["log_loss"] + 10, kind="random")
    both = pd.concat([low, high], ignore_index=True)
    assert correlations(both, ["reward"], by_kind=False, draws=50).of("reward").coefficient > 0.9
    assert correlations(both, ["reward"], draws=50).of("reward", kind="fused").coefficient == pytest.approx(0)


def test_what_can_t_be_correlated_is_left_out_with_the_reason() -> None:
    sets = made_up(0).assign(mtld=3.0, perplexity=lambda t: t["perplexity"].where(t.index > 1))
    sets["kind"] = ["fused"] * 27 + ["random"] * 3
    found = correlations(sets, ["reward", "mtld", "perplexity"], draws=50)
    assert {each.indicator for each in found.found} == {"reward"}
    assert found.left_out == (
        "'mtld' is constant over the sets in 'fused' sets.",
        "'perplexity' has no value in 2 of 27 sets in 'fused' sets.",
        "3 sets are too few for a correlation in 'random' sets: at least 4 are needed.",
    )


def test_the_same_seed_draws_the_same_intervals() -> None:
    first, again, other = (correlations(mtcars(), CARS, draws=100, seed=seed).table for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["low"] != other["low"]).any()


def test_a_perfect_correlation_has_no_width() -> None:
    sets = made_up(0).assign(log_loss=lambda t: -2 * t["reward"])
    found = correlations(sets, ["reward"], draws=50)
    for method in CorrelationMethod:
        one = found.of("reward", method)
        assert (one.coefficient, one.low, one.high) == pytest.approx((-1, -1, -1), abs=1e-6)


def test_no_sets_and_a_strange_level_are_refused() -> None:
    with pytest.raises(RegressionError, match="No candidate sets"):
        correlations(made_up(0).head(0), ["reward"])
    with pytest.raises(RegressionError, match="between 0 and 1"):
        correlations(made_up(0), ["reward"], level=1)
