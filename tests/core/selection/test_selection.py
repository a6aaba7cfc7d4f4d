"""A selection keeps what its spec says, says why it dropped the rest, and does the same every time."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SelectionError, ValueRefused
from core.rows.filters import Filters
from core.rows.marks import Mark
from core.rules.rule import Rule, Term, presets, read_rule
from core.selection.outcome import Prediction, weigh
from core.selection.quotas import share_out
from core.selection.select import Diversity, DropReason, Quotas, RankBy, SelectionSpec, random_losses, select
from core.values import read


def table(rewards: list[float], datasets: list[int] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset_id": datasets or [1] * len(rewards),
            "row_id": range(100, 100 + len(rewards)),
            "reward": rewards,
            "output_length": 100.0,
            "knn_distance": 1.0,
        }
    )


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def unit(angles: list[float]) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def by_reward(**more: object) -> SelectionSpec:
    return SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True, **more)


def test_the_papers_rule_is_equation_4() -> None:
    rule = presets()["instructmining-v1"]
    frame = table([2.0, np.nan])
    assert rule.predict(frame)[0] == pytest.approx(1.0694 - 0.1498 * 2 + 8.257e-5 * 100 - 0.9350 * 1)
    assert np.isnan(rule.predict(frame)[1])
    assert rule.equation == "log L = 1.0694 − 0.1498·Rew + 8.257e-05·Len − 0.935·KNN_6"
    assert rule.profile_mismatch("paper") == "" and "not a predicted log loss" in rule.profile_mismatch("embedded")
    assert all(term.source for term in rule.terms)


def test_a_set_is_predicted_at_its_mean_indicators() -> None:
    rule = presets()["instructmining-v1"]
    assert rule.predict_set(table([0.0, 1.0, 2.0])) == pytest.approx(rule.predict(table([1.0]))[0])


def test_a_rule_without_its_indicator_names_it() -> None:
    with pytest.raises(SelectionError, match="knn_distance"):
        presets()["instructmining-v1"].predict(table([1.0]).drop(columns="knn_distance"))


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"name": "x", "intercept": "much", "terms": []},
        {"name": "x", "intercept": 1},
        {"name": "x", "intercept": float("nan"), "terms": []},
    ],
)
def test_what_is_no_rule_is_refused(broken: dict) -> None:
    with pytest.raises(ValueRefused, match=r"^rule\."):
        read_rule(broken)


def test_top_k_by_rule_takes_the_lowest_prediction() -> None:
    selection = select(
        table([0.1, 3.0, 2.0, -1.0]), SelectionSpec(rule=presets()["instructmining-v1"], rows=2), no_embeddings
    )
    assert selection.kept["row_id"].tolist() == [101, 102]
    assert selection.reasons == {str(DropReason.LOWER_RANK): 2}
    assert selection.kept_ratio == 0.5


def test_rows_without_the_score_are_dropped_with_that_reason() -> None:
    selection = select(table([np.nan, 1.0, np.nan]), by_reward(), no_embeddings)
    assert selection.kept["row_id"].tolist() == [101]
    assert selection.reasons == {str(DropReason.NO_SCORE): 2}


def test_more_than_there_is_keeps_all_and_says_how_many_lack() -> None:
    selection = select(table([1.0, 2.0]), by_reward(rows=10), no_embeddings)
    assert (len(selection.kept), selection.shortfall) == (2, 8)


@pytest.mark.parametrize("spec", [by_reward(rows=0), by_reward(percent=0.0), by_reward(percent=101.0)])
def test_a_spec_without_sense_is_refused(spec: SelectionSpec) -> None:
    with pytest.raises(ValueRefused, match=r"^selection\.(rows|percent): [\d.]+ is (less|not above|greater)"):
        read(SelectionSpec, spec, "selection")


def test_without_a_rule_nothing_is_ranked() -> None:
    with pytest.raises(SelectionError, match="No rule"):
        select(table([1.0]), SelectionSpec(), no_embeddings)


def test_nothing_to_select_from_says_so() -> None:
    with pytest.raises(SelectionError, match="No rows to select from"):
        select(table([]), by_reward(), no_embeddings)


def test_equal_quotas_pass_on_what_a_small_dataset_can_not_fill() -> None:
    frame = table([float(i) for i in range(20)], [1] * 2 + [2] * 9 + [3] * 9)
    kept = select(frame, by_reward(rows=12, quotas=Quotas.EQUAL), no_embeddings).kept
    assert kept["dataset_id"].value_counts().to_dict() == {1: 2, 2: 5, 3: 5}


def test_custom_quotas_cap_each_dataset() -> None:
    frame = table([3.0, 2.0, 1.0, 0.0], [1, 1, 2, 2])
    selection = select(frame, by_reward(rows=3, quotas=Quotas.CUSTOM, custom_quotas=((1, 1), (2, 5))), no_embeddings)
    assert selection.kept["row_id"].tolist() == [100, 102, 103]
    assert selection.reasons == {str(DropReason.QUOTA): 1}


def test_minimum_distance_skips_rows_like_a_better_one() -> None:
    vectors = unit([0.0, 0.05, 1.0, 1.05, 2.0])
    spec = by_reward(rows=3, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.1)
    selection = select(table([5.0, 4.0, 3.0, 2.0, 1.0]), spec, lambda ids: vectors[np.asarray(ids) - 100])
    assert selection.kept["row_id"].tolist() == [100, 102, 104]
    assert selection.reasons == {str(DropReason.TOO_SIMILAR): 2}


def test_near_duplicates_keep_the_better_of_the_two() -> None:
    vectors = unit([0.0, 0.01, 1.5])
    spec = by_reward(near_duplicate_similarity=0.95)
    selection = select(table([1.0, 2.0, 0.0]), spec, lambda ids: vectors[np.asarray(ids) - 100])
    assert selection.kept["row_id"].tolist() == [101, 102]
    assert selection.reasons == {str(DropReason.NEAR_DUPLICATE): 1}


def test_k_center_covers_within_twice_the_best_radius() -> None:
    generator = np.random.default_rng(0)
    centers = np.linspace(0, 2 * np.pi, 6)[:5]
    angles = np.concatenate([c + generator.normal(0, 0.01, 40) for c in centers]).tolist()
    vectors = unit(angles)
    spec = by_reward(rows=5, diversity=Diversity.K_CENTER, center_pool=1000)
    kept = select(table([0.0] * 200), spec, lambda ids: vectors[np.asarray(ids) - 100]).kept
    assert sorted((kept["row_id"] - 100) // 40) == [0, 1, 2, 3, 4]


def test_k_center_shares_the_wanted_rows_out_over_quotas_by_hand() -> None:
    vectors = unit(np.linspace(0, 6, 60).tolist())
    spec = by_reward(
        rows=9, diversity=Diversity.K_CENTER, quotas=Quotas.CUSTOM, custom_quotas=((1, 10), (2, 20), (3, 0))
    )
    selection = select(table([0.0] * 60, [1] * 20 + [2] * 20 + [3] * 20), spec, lambda ids: vectors[ids - 100])
    assert selection.kept["dataset_id"].value_counts().to_dict() == {1: 3, 2: 6}
    assert selection.reasons[str(DropReason.QUOTA)] == 20


def test_a_random_choice_depends_on_its_seed_only() -> None:
    frame = table([float(i) for i in range(50)])
    chosen = [
        select(frame, SelectionSpec(rank_by=RankBy.RANDOM, rows=9, seed=seed), no_embeddings).kept["row_id"].tolist()
        for seed in (1, 1, 2)
    ]
    assert chosen[0] == chosen[1] != chosen[2]


def test_random_choices_are_predicted_around_the_whole() -> None:
    generator = np.random.default_rng(3)
    frame = table(generator.normal(size=400).tolist(), [1] * 100 + [2] * 300)
    rule = presets()["instructmining-v1"]
    losses = random_losses(frame, SelectionSpec(rule=rule), 50, draws=200)
    standard_error = 0.1498 * frame["reward"].std() / np.sqrt(50)
    assert losses.mean() == pytest.approx(rule.predict_set(frame), abs=4 * standard_error / np.sqrt(200))
    assert losses.std() == pytest.approx(standard_error * np.sqrt(350 / 399), rel=0.25)  # drawn without replacement


def test_rows_that_the_rule_cannot_rank_are_no_random_choice() -> None:
    """Half of the rows lack one of the two scores; those that have both are alike, and so is every choice of them."""
    frame = table([1.0] * 20).assign(output_length=[10.0] * 10 + [np.nan] * 10)
    frame.loc[10:, "reward"] = 9.0
    rule = Rule("both", "Both", 0.0, (Term("reward", -1.0), Term("output_length", 0.01)))
    made = weigh(select(frame, SelectionSpec(rule=rule, rows=4), no_embeddings), frame)
    assert made.prediction == Prediction(
        kept=-0.9, everything=-0.9, random_mean=pytest.approx(-0.9), random_sd=pytest.approx(0.0)
    )


def test_random_choices_keep_to_the_quotas() -> None:
    frame = table([0.0] * 10 + [1.0] * 90, [1] * 10 + [2] * 90)
    rule = Rule("reward", "Reward", 0.0, (Term("reward", 1.0),))
    assert random_losses(frame, SelectionSpec(rule=rule, quotas=Quotas.EQUAL), 20, draws=3).tolist() == [0.5] * 3


def test_a_pair_in_two_datasets_is_kept_once_where_it_ranks_better() -> None:
    frame = table([1.0, 2.0, 3.0], [1, 1, 2]).assign(row_id=[100, 101, 100])
    selection = select(frame, by_reward(), no_embeddings)
    assert selection.kept[["dataset_id", "row_id"]].to_numpy().tolist() == [[2, 100], [1, 101]]
    assert selection.reasons == {str(DropReason.DUPLICATE): 1}


rewards = st.lists(st.one_of(st.just(float("nan")), st.floats(-5, 5)), min_size=1, max_size=60)


@settings(max_examples=150)
@given(rewards, st.data())
def test_every_row_is_kept_or_dropped_once_and_none_dropped_is_better(values: list[float], data: st.DataObject) -> None:
    datasets = data.draw(st.lists(st.integers(1, 3), min_size=len(values), max_size=len(values)))
    rows = data.draw(st.integers(1, 80))
    quotas = data.draw(st.sampled_from([Quotas.NONE, Quotas.EQUAL, Quotas.PROPORTIONAL]))
    frame = table(values, datasets)
    selection = select(frame, by_reward(rows=rows, quotas=quotas), no_embeddings)
    found = sorted([*selection.kept["row_id"], *selection.dropped["row_id"]])
    assert found == frame["row_id"].tolist()
    assert len(selection.kept) == min(rows, int(np.isfinite(values).sum()))
    assert selection.kept["value"].is_monotonic_decreasing
    if quotas is Quotas.NONE and len(selection.kept):
        lost = frame[frame["row_id"].isin(selection.dropped["row_id"])]["reward"]
        assert not (lost > selection.kept["value"].min()).any()


@given(st.integers(0, 200), st.lists(st.tuples(st.floats(0.1, 10), st.integers(0, 50)), min_size=1, max_size=6))
def test_shares_add_up_and_nobody_gives_more_than_it_has(wanted: int, parts: list[tuple[float, int]]) -> None:
    weights = {i: weight for i, (weight, _) in enumerate(parts)}
    available = {i: have for i, (_, have) in enumerate(parts)}
    shares = share_out(wanted, weights, available)
    assert sum(shares.values()) == min(wanted, sum(available.values()))
    assert all(0 <= shares[i] <= available[i] for i in shares)


def test_a_spec_survives_json() -> None:
    rule = Rule("mine", "Mine", 1.5, (Term("reward", -0.5, "by mark"),))
    spec = SelectionSpec(
        filters=Filters((1, 2)).with_range("reward", 0, None), rule=rule, percent=12.5, quotas=Quotas.CUSTOM,
        custom_quotas=((1, 3),), diversity=Diversity.MIN_DISTANCE, near_duplicate_similarity=0.95,
    )  # fmt: skip
    assert read(SelectionSpec, json.loads(json.dumps(spec.as_dict()))) == spec


@settings(max_examples=120)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 2.0, float("nan")]), st.sampled_from([1, 2]), st.sampled_from(list(Mark))),
        min_size=1,
        max_size=14,
    ),
    st.integers(1, 16),
    st.sampled_from(list(Diversity)),
    st.sampled_from([Quotas.NONE, Quotas.EQUAL, Quotas.CUSTOM]),
    st.sampled_from([None, 0.9]),
)
def test_marks_by_hand_go_before_every_rank_quota_and_distance(
    rows: list[tuple[float, int, Mark]], wanted: int, diversity: Diversity, quotas: Quotas, alike: float | None
) -> None:
    candidates = table([row[0] for row in rows], [row[1] for row in rows]).assign(mark=[str(row[2]) for row in rows])
    spec = by_reward(
        rows=wanted, diversity=diversity, quotas=quotas, custom_quotas=((1, 2),), near_duplicate_similarity=alike
    )

    def embed(row_ids: object) -> np.ndarray:
        return unit([0.9 * (number % 4) for number in np.asarray(row_ids)])

    selection = select(candidates, spec, embed)
    kept = selection.kept["row_id"].tolist()
    by_hand = [100 + i for i, row in enumerate(rows) if row[2] is Mark.KEEP]
    dropped = {100 + i for i, row in enumerate(rows) if row[2] is Mark.DROP}
    assert set(kept[: len(by_hand)]) == set(by_hand), "they are first, so the first rows of any size have them"
    assert not dropped & set(kept)
    assert selection.reasons.get(str(DropReason.BY_HAND), 0) == len(dropped)
    assert len(kept) <= max(wanted, len(by_hand))
    assert len(kept) + len(selection.dropped) == len(rows)
    if not by_hand:  # then the rows that are left are selected as if those dropped had never been there
        never_there = candidates[candidates["mark"] != Mark.DROP].drop(columns="mark")
        if len(never_there):
            assert select(never_there, spec, embed).kept["row_id"].tolist() == kept


def test_rows_kept_by_hand_count_towards_the_number_wanted() -> None:
    candidates = table([5.0, 4.0, 3.0, 2.0, np.nan]).assign(mark=["", "drop", "", "", "keep"])
    assert select(candidates, by_reward(rows=3), no_embeddings).kept["row_id"].tolist() == [104, 100, 102]
