"""How candidate sets are drawn."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SelectionError
from core.experiments.sampling import fused, hierarchical, of_selection, random_sets, set_means
from core.rows.candidate_set import Kind


def pool(*sizes: int) -> pd.DataFrame:
    """So many rows of each dataset, numbered through from 0."""
    datasets = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    return pd.DataFrame({"dataset_id": datasets, "row_id": np.arange(len(datasets))})


def test_a_fused_set_takes_the_share_of_each_dataset_that_its_random_numbers_say() -> None:
    for each in fused(pool(5_000, 5_000, 5_000), sets=5, rows=2_000, seed=1):
        weights = each.detail["r"]
        total = sum(weights.values())
        for dataset, rows in each.composition.items():
            assert abs(rows - 2_000 * weights[str(dataset)] / total) < 1
        assert each.rows == 2_000
        assert each.kind is Kind.FUSED


def test_random_numbers_are_drawn_anew_for_each_set_and_are_uniform() -> None:
    drawn = [w for each in fused(pool(50, 50), sets=400, rows=10, seed=0) for w in each.detail["r"].values()]
    assert len(set(drawn)) == len(drawn)
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.04)
    assert np.std(drawn) == pytest.approx(12**-0.5, abs=0.03)


def test_a_dataset_that_is_too_small_gives_all_and_the_others_make_up_for_it() -> None:
    for each in fused(pool(3, 500), sets=6, rows=200, seed=2):
        assert each.rows == 200
        assert each.composition.get(1, 0) <= 3


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    rows=st.integers(1, 60),
    sets=st.integers(1, 4),
    seed=st.integers(0, 9),
)
def test_sets_have_the_wanted_size_no_row_twice_and_come_out_the_same_again(
    sizes: list[int], rows: int, sets: int, seed: int
) -> None:
    rows = min(rows, sum(sizes))
    everything = pool(*sizes)
    whole = set(zip(everything["dataset_id"], everything["row_id"], strict=True))
    for make in (fused, random_sets):
        made = make(everything, sets, rows, seed)
        again = make(everything, sets, rows, seed)
        for one, other in zip(made, again, strict=True):
            members = list(zip(one.members["dataset_id"], one.members["row_id"], strict=True))
            assert len(members) == len(set(members)) == rows
            assert list(one.members) == ["dataset_id", "row_id"]
            assert set(members) <= whole
            pd.testing.assert_frame_equal(one.members, other.members)


def test_another_seed_draws_other_rows() -> None:
    first, second = (random_sets(pool(1_000), 1, 20, seed)[0].members["row_id"].tolist() for seed in (0, 1))
    assert first != second


def test_levels_go_from_the_highest_to_the_lowest_value_and_cover_all_rows() -> None:
    scored = pool(80).assign(reward=np.random.default_rng(0).permutation(80.0 * np.arange(80)))
    levels = hierarchical(scored, "reward", levels=8)
    values = scored.set_index("row_id")["reward"]
    ranges = [values[each.members["row_id"]] for each in levels]
    assert [len(each) for each in ranges] == [10] * 8
    assert all(upper.min() > lower.max() for upper, lower in pairwise(ranges))
    assert [each.detail["mean"] for each in levels] == [part.mean() for part in ranges]


def test_a_level_can_be_thinned_out_and_rows_without_a_value_are_left_out() -> None:
    scored = pool(40).assign(mtld=[np.nan] * 8 + list(range(32)))
    levels = hierarchical(scored, "mtld", levels=4, rows=5)
    assert [each.rows for each in levels] == [5] * 4
    assert not {*range(8)} & {row for each in levels for row in each.members["row_id"]}


def test_too_few_rows_are_refused_with_what_to_do() -> None:
    with pytest.raises(SelectionError, match=r"A set of 11 rows cannot be drawn from 10 rows\. Use fewer rows"):
        fused(pool(10), 1, 11, 0)
    with pytest.raises(SelectionError, match="Score the dataset"):
        hierarchical(pool(10).assign(reward=np.nan), "reward")
    with pytest.raises(SelectionError, match="no rows"):
        of_selection("Best", pd.DataFrame({"dataset_id": [], "row_id": []}), {})


def test_the_mean_of_a_set_is_over_its_rows_that_have_a_score() -> None:
    rows = pool(4)
    sets = [of_selection("two", rows.iloc[[0, 3]], {}), of_selection("three", rows.iloc[[0, 1, 2]], {})]
    scores = rows.assign(reward=[1.0, 2.0, np.nan, 5.0])
    means = set_means(sets, scores, ["reward"])
    assert means["reward"].tolist() == [3.0, 1.5]
    assert means["name"].tolist() == ["two", "three"]


def test_a_set_counts_its_rows_by_dataset() -> None:
    rows = pool(2, 3)
    made = of_selection("mine", rows.assign(rank=range(5)).iloc[[4, 0, 3]], {"of": 1})
    assert (made.name, made.kind, made.rows, made.composition) == ("mine", Kind.SELECTION, 3, {1: 1, 2: 2})
    assert made.members.to_dict("list") == {"dataset_id": [2, 1, 2], "row_id": [4, 0, 3]}
    assert made.members.index.tolist() == [0, 1, 2] and made.detail == {"of": 1}


def test_draws_are_those_of_numpy_with_the_seed_and_the_number_of_the_set() -> None:
    for number, each in enumerate(random_sets(pool(30), 3, 4, seed=5)):
        expected = np.random.default_rng([5, number]).choice(30, 4, replace=False)
        assert each.members["row_id"].tolist() == expected.tolist()
        assert (each.name, each.detail) == (f"random 0{number + 1}", {"seed": 5, "number": number})
        assert each.members.index.tolist() == [0, 1, 2, 3]


def test_a_fused_set_is_numpys_draw_of_weights_rows_and_their_order() -> None:
    (first, second) = fused(pool(30, 20), 2, 10, seed=5)
    assert (first.name, second.name, second.detail["number"], second.detail["seed"]) == ("fused 01", "fused 02", 1, 5)
    generator = np.random.default_rng([5, 1])
    weights = [generator.random(), generator.random()]
    assert second.detail["r"] == {"1": round(weights[0], 6), "2": round(weights[1], 6)}
    share = second.composition[1]
    assert abs(share - 10 * weights[0] / sum(weights)) < 1
    drawn = [*generator.choice(np.arange(30), share, replace=False)]
    drawn += [*generator.choice(np.arange(30, 50), 10 - share, replace=False)]
    assert second.members["row_id"].tolist() == [drawn[i] for i in generator.permutation(10)]
    assert second.members.index.tolist() == list(range(10))


def test_a_level_says_of_what_it_is_the_level() -> None:
    scored = pool(6).assign(mtld=[1.0, 6.0, 3.0, 4.0, 5.0, 2.0])
    highest, lowest = hierarchical(scored, "mtld", levels=2)
    assert (highest.name, highest.kind) == ("mtld level 1 of 2", Kind.HIERARCHICAL)
    assert highest.detail == {"indicator": "mtld", "level": 1, "of": 2, "mean": 5.0}
    assert highest.members.to_dict("list") == {"dataset_id": [1, 1, 1], "row_id": [1, 4, 3]}
    assert lowest.members["row_id"].tolist() == [2, 5, 0]
    assert [each.rows for each in hierarchical(scored, "mtld", levels=2, rows=3)] == [3, 3]
    assert [each.rows for each in hierarchical(scored, "mtld", levels=2, rows=9)] == [3, 3], "a level has no more"
    assert [each.rows for each in hierarchical(scored, "mtld", levels=6)] == [1] * 6
    assert len(hierarchical(pool(16).assign(mtld=1.0), "mtld")) == 8


def test_a_thinned_level_is_numpys_draw_in_the_order_of_the_level() -> None:
    scored = pool(20).assign(mtld=range(20, 0, -1))
    second = hierarchical(scored, "mtld", levels=2, rows=4, seed=3)[1]
    places = np.sort(np.random.default_rng([3, 1]).choice(10, 4, replace=False))
    assert second.members["row_id"].tolist() == (10 + places).tolist()
    assert second.detail["mean"] == (10 - places).mean()
    unsaid = hierarchical(scored, "mtld", levels=2, rows=4)[1]
    assert unsaid.members.equals(hierarchical(scored, "mtld", levels=2, rows=4, seed=0)[1].members)


def test_rows_of_one_value_keep_their_order() -> None:
    levels = hierarchical(pool(40).assign(mtld=1.0), "mtld", levels=2)
    assert levels[0].members["row_id"].tolist() == list(range(20))


def test_the_table_of_means_says_what_the_sets_are() -> None:
    rows = pool(2, 2)
    sets = [of_selection("both", rows, {}), *random_sets(rows, 1, 4, 0)]
    means = set_means(sets, rows.assign(reward=[1.0, 2.0, 3.0, np.nan], mtld=8.0), ["mtld", "reward"])
    assert list(means) == ["name", "kind", "rows", "mtld", "reward"]
    assert means["kind"].tolist() == ["selection", "random"] and means["rows"].tolist() == [4, 4]
    assert means["reward"].tolist() == [2.0, 2.0] and means["mtld"].tolist() == [8.0, 8.0]


def test_a_set_of_all_rows_or_of_one_can_be_drawn_and_one_of_none_cannot() -> None:
    for make in (fused, random_sets):
        assert make(pool(5), 1, 5, 0)[0].rows == 5 and make(pool(5), 1, 1, 0)[0].rows == 1
        for rows in (0, -1, 6):
            with pytest.raises(SelectionError):
                make(pool(5), 1, rows, 0)
