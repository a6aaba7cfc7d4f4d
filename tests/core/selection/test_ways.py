"""Each way of choosing ranks as its definition says, by hand; and is an ordinary selection."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SelectionError, ValueRefused
from core.indicators.own_check import RESERVED
from core.selection.select import Diversity, DropReason, RankBy, Selection, SelectionSpec, select
from core.selection.ways import Way, built_in, use_own, ways
from core.values import read

NAN = float("nan")


def table(**columns: list[float]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    return pd.DataFrame({"dataset_id": 1, "row_id": range(rows), **columns})


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def chosen(way: str, frame: pd.DataFrame, rows: int | None = None, seed: int = 0) -> Selection:
    return select(frame, SelectionSpec(rank_by=RankBy.WAY, way=way, rows=rows, seed=seed), no_embeddings)


def kept(way: str, frame: pd.DataFrame, rows: int | None = None, seed: int = 0) -> list[int]:
    return chosen(way, frame, rows, seed).kept["row_id"].tolist()


def test_the_ways_stand_in_order_and_tell_about_themselves() -> None:
    assert list(ways()) == [
        "random", "longest", "junk_dropped", "reward", "ifd", "middle_perplexity", "diversity", "loss_drop",
        "influence", "influence_diverse", "influence_long", "influence_per_token",
    ]  # fmt: skip
    for name, way in ways().items():
        assert way.name == name and way.title and way.source and way.definition.endswith(".")
        assert not set(way.needs) & RESERVED


def test_longest_and_reward_take_the_highest() -> None:
    frame = table(output_length=[3, 9, NAN, 5], reward=[0.1, -2.0, 0.3, 0.2])
    assert kept("longest", frame) == [1, 3, 0]
    assert kept("reward", frame) == [2, 3, 0, 1]


def test_ifd_takes_the_highest_below_one() -> None:
    selection = chosen("ifd", table(ifd=[0.5, 1.0, 0.99, 1.2, NAN]))
    assert selection.kept["row_id"].tolist() == [2, 0]
    assert dict(zip(selection.dropped["row_id"], selection.dropped["reason"], strict=True)) == {
        1: DropReason.LEFT_OUT, 3: DropReason.LEFT_OUT, 4: DropReason.NO_SCORE
    }  # fmt: skip


def test_middle_perplexity_is_nearest_to_the_median_of_its_logarithm() -> None:
    """Logarithms to base 2 are 0, 3, 4, 6, 9, with 4 in the middle."""
    assert kept("middle_perplexity", table(perplexity=[1.0, 8.0, 16.0, 64.0, 512.0])) == [2, 1, 3, 0, 4]


def test_junk_is_the_lowest_tenth_by_reward_and_what_no_instruction_helps() -> None:
    """Of twenty rows two have the lowest rewards; one IFD is above 0.95 of the others', but is junk only from 1 on."""
    frame = table(
        output_length=[float(i) for i in range(20)],
        reward=[9.0, 9.0, *range(8, -10, -1)],
        ifd=[0.5] * 10 + [1.3] + [0.5] * 9,
    )
    assert kept("junk_dropped", frame) == [17, 16, 15, 14, 13, 12, 11, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    below_one = frame.assign(ifd=frame["ifd"].clip(upper=0.9))
    assert 10 in kept("junk_dropped", below_one)


def test_influence_comes_plain_by_length_and_by_token() -> None:
    frame = table(influence=[0.4, 0.3, 0.2, -0.1, -0.2], output_length=[80.0, 10.0, 100.0, 50.0, 5.0])
    assert kept("influence", frame) == [0, 1, 2, 3, 4]
    assert kept("influence_long", frame) == [0, 2, 3], "50 is the median"
    half = frame.assign(influence=[0.4, NAN, 0.2, NAN, NAN])
    assert kept("influence_long", half) == [0, 2], "row 3 may be among them, and lacks its score"
    reasons = {DropReason.LEFT_OUT: 2, DropReason.NO_SCORE: 1}
    assert chosen("influence_long", half).reasons == reasons, "shorter rows need no influence"
    assert kept("influence_per_token", frame) == [1, 0, 2, 3, 4], "0.03, 0.005, 0.002, then those that do harm"


def test_influence_with_diversity_spreads_the_best_three_times_as_many() -> None:
    """Two of the six best of seven: the best, and the one farthest from it."""
    angles = np.radians([0, 10, 20, 90, 30, 40, 180])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    frame = table(influence=[0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    spec = SelectionSpec(rank_by=RankBy.WAY, way="influence_diverse", rows=2)
    assert spec.needs_embeddings and spec.scorers_needed == ("influence", "knn_distance")
    assert select(frame, spec, lambda rows: vectors[np.asarray(rows)]).kept["row_id"].tolist() == [0, 3]
    own = replace(spec, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.01)
    assert select(frame, own, lambda rows: vectors[np.asarray(rows)]).kept["row_id"].tolist() == [0, 1]


def test_diversity_covers_the_whole_pool_from_a_first_row_that_the_seed_draws() -> None:
    angles = np.radians([0, 1, 2, 90, 180])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    found = [
        set(
            select(
                table(reward=[0.0] * 5),
                SelectionSpec(rank_by=RankBy.WAY, way="diversity", rows=3, seed=seed),
                lambda rows: vectors[np.asarray(rows)],
            ).kept["row_id"]
        )
        for seed in range(6)
    ]
    assert all({3, 4} < each for each in found) and len(set(map(frozenset, found))) > 1


def test_loss_drop_takes_the_same_share_of_every_length_half_by_score() -> None:
    """A hundred rows, ten a bin: of twenty kept, two a bin, the one of highest loss drop and one at random."""
    random = np.random.default_rng(3)
    frame = table(output_length=random.permutation(100).tolist(), loss_drop=random.permutation(100).tolist())
    found = frame.loc[kept("loss_drop", frame, 20)]
    bins = (found["output_length"] // 10).value_counts()
    assert bins.tolist() == [2] * 10
    best = frame.groupby(frame["output_length"] // 10)["loss_drop"].idxmax()
    assert set(best) <= set(found.index)
    other = kept("loss_drop", frame, 20, seed=1)
    assert set(best) <= set(other) and set(other) != set(found.index)


def test_random_depends_on_the_seed_alone() -> None:
    frame = table(reward=[0.0] * 30)
    assert kept("random", frame, 10, 4) == kept("random", frame, 10, 4) != kept("random", frame, 10, 5)


@settings(max_examples=20)
@given(st.integers(0, 9), st.permutations(range(12)))
def test_scores_rank_alike_in_whatever_order_the_rows_stand(seed: int, order: list[int]) -> None:
    random = np.random.default_rng(seed)
    names = ("output_length", "reward", "ifd", "perplexity", "influence")
    frame = table(**{name: (random.permutation(12) / 10 + 0.3).tolist() for name in names})
    for each in built_in().values():
        if set(each.needs) <= set(names) and each.needs:
            expected = each.values(frame, seed)
            found = each.values(frame.iloc[order], seed).sort_index()
            pd.testing.assert_series_equal(found, expected, check_names=False)


def test_a_way_that_needs_what_is_not_scored_says_so() -> None:
    with pytest.raises(SelectionError, match="“Influence” needs scores of influence"):
        chosen("influence", table(reward=[1.0]))
    assert chosen("longest", table(output_length=[NAN, NAN])).reasons == {DropReason.NO_SCORE: 2}


def test_a_way_that_is_not_there_is_refused_where_it_would_choose() -> None:
    with pytest.raises(SelectionError, match=r"no way of choosing “nonsense”.*longest"):
        chosen("nonsense", table(reward=[1.0]))
    with pytest.raises(ValueRefused, match="way"):
        read(SelectionSpec, {"rank_by": "way"})
    with pytest.raises(ValueRefused, match="way"):
        read(SelectionSpec, {"way": "longest"})


@pytest.fixture
def offer() -> object:
    yield use_own
    use_own(())


def test_a_way_of_ones_own_joins_those_of_the_studio(offer: Callable[[list[Way]], None]) -> None:
    own = Way(
        "shortest", "Shortest", "The shortest.", "mine", lambda rows, seed: rows["output_length"], ("output_length",)
    )
    offer([own])
    assert list(ways())[-1] == "shortest"
    assert kept("shortest", table(output_length=[3.0, 1.0, 2.0])) == [1, 2, 0]
