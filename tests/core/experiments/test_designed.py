"""Designed sets: drawn as asked, far apart, the same for the same seed, and better to learn from than fused ones."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from benchmarks.designs import World
from core.errors import SelectionError
from core.experiments.designed import LEVELS, coefficient_errors, condition_number, d_optimal, designed
from core.experiments.plan import ExperimentPlan, make_sets
from core.experiments.presets import PRESETS
from core.experiments.sampling import fused, set_means
from core.finetune.settings import Precision
from core.rows.candidate_set import Kind
from core.values import mended

NAMES = ["reward", "mtld"]


def pool(datasets: int = 3, rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """Datasets of unlike quality, their rows scored."""
    random = np.random.default_rng(seed)
    parts = [
        pd.DataFrame({"reward": random.normal(d, 1, rows), "mtld": random.normal(60 + 5 * d, 9, rows)}).assign(
            dataset_id=d + 1, row_id=np.arange(rows) + rows * d
        )
        for d in range(datasets)
    ]
    return pd.concat(parts, ignore_index=True)


def test_sets_have_the_size_asked_for_no_row_twice_and_are_the_seeds() -> None:
    made = designed(pool(), 8, 40, 3, NAMES)
    assert [each.rows for each in made] == [40] * 8 and {each.kind for each in made} == {Kind.DESIGNED}
    assert all(each.members["row_id"].is_unique for each in made)
    again, other = designed(pool(), 8, 40, 3, NAMES), designed(pool(), 8, 40, 4, NAMES)
    assert all(a.members.equals(b.members) for a, b in zip(made, again, strict=True))
    assert not all(a.members.equals(b.members) for a, b in zip(made, other, strict=True))


@pytest.mark.parametrize("datasets", [1, 3])
def test_their_means_lie_further_apart_than_those_of_fused_sets(datasets: int) -> None:
    rows = pool(datasets)
    ours = set_means(designed(rows, 12, 40, 0, NAMES), rows, NAMES)[NAMES]
    uniform = set_means(fused(rows, 12, 40, 0), rows, NAMES)[NAMES]
    assert (ours.std() > 1.5 * uniform.std()).all()
    errors = [coefficient_errors(each.to_numpy()) for each in (ours, uniform)]
    assert (errors[0] < 0.75 * errors[1]).all()


def test_a_preferred_level_is_where_the_rows_come_from() -> None:
    rows = pool(1)
    quarter = rows["reward"].rank(pct=True)
    found = [e for e in designed(rows, 12, 40, 0, ["reward"]) if e.detail.get("prefers", {}).get("level") == LEVELS]
    assert found
    for each in found:
        assert (quarter[rows["row_id"].isin(each.members["row_id"])] > 1 - 1 / LEVELS).mean() >= 0.9


def test_a_large_dataset_is_sampled_and_a_small_one_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.experiments.designed.MOST_ROWS", 60)
    rows = pd.concat([pool(1, 300), pool(1, 20).assign(dataset_id=2, row_id=lambda t: t["row_id"] + 300)])
    made = designed(rows, 40, 12, 0, NAMES)
    used = pd.concat([each.members for each in made]).drop_duplicates().groupby("dataset_id").size()
    assert 40 < used[1] <= 60 and 0 < used[2] <= 20


def test_rows_without_scores_are_drawn_by_their_datasets() -> None:
    rows = pool().assign(reward=np.nan, mtld=np.nan)
    made = designed(rows, 6, 30, 0, NAMES)
    shares = np.array([[each.composition.get(d, 0) / 30 for d in (1, 2, 3)] for each in made])
    assert (shares.std(axis=0) > 0.2).all()


def test_a_pool_smaller_than_a_set_is_refused() -> None:
    with pytest.raises(SelectionError, match="cannot be drawn"):
        designed(pool(1, 10), 4, 11, 0, NAMES)


def test_the_chosen_points_have_the_greatest_determinant_of_all_subsets() -> None:
    points = np.random.default_rng(2).normal(size=(9, 2))
    regressors = np.column_stack([np.ones(9), (points - points.mean(axis=0)) / points.std(axis=0)])

    def determinant(places: tuple[int, ...]) -> float:
        return float(np.linalg.det(np.eye(3) + regressors[list(places)].T @ regressors[list(places)]))

    best = max(combinations(range(9), 4), key=determinant)
    assert determinant(tuple(d_optimal(points, 4))) == pytest.approx(determinant(best))


def test_standard_errors_and_condition_number_are_numpys() -> None:
    points = np.random.default_rng(1).normal(size=(12, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 9.0]])
    regressors = np.column_stack([np.ones(12), points])
    np.testing.assert_allclose(
        coefficient_errors(points), np.sqrt(np.diag(np.linalg.inv(regressors.T @ regressors)))[1:]
    )
    standardised = (points - points.mean(axis=0)) / points.std(axis=0)
    assert condition_number(points) == pytest.approx(np.linalg.cond(standardised))
    assert np.isinf(coefficient_errors(points[:4])).all() and np.isinf(condition_number(points[:3]))


def test_presets_begin_with_designed_sets_and_the_papers_stays_fused() -> None:
    plans = {name: ExperimentPlan.of_preset(each, Precision.FP32) for name, each in PRESETS.items()}
    assert [(plans[n].designed_sets, plans[n].fused_sets) for n in ("taste", "workstation", "paper")] == [
        (8, 0), (24, 0), (0, 78)
    ]  # fmt: skip
    (first, *_) = make_sets(ExperimentPlan(designed_sets=2, fused_sets=1, rows=20), pool(), {})
    assert first.kind is Kind.DESIGNED and first.detail["seed"] == 0


def test_a_plan_of_an_older_studio_has_the_sets_that_it_had() -> None:
    older = {k: v for k, v in ExperimentPlan(fused_sets=5).as_dict().items() if k != "designed_sets"}
    assert (mended(ExperimentPlan, older).designed_sets, mended(ExperimentPlan, older).fused_sets) == (0, 5)


def test_a_rule_of_24_designed_sets_predicts_new_sets_better_than_one_of_24_fused_sets() -> None:
    errors = [World(seed).errors({"designed": 24, "fused": 24}) for seed in range(4)]
    assert np.mean([each["designed"] for each in errors]) < np.mean([each["fused"] for each in errors])
