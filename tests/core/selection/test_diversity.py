"""Which rows are left out because they are like better ones, worked out by hand from angles."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.selection.select import Diversity, DropReason, Quotas, RankBy, Selection, SelectionSpec, select
from core.selection.spec import USUAL_SIMILARITY

BEST_FIRST = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True)


def table(rewards: list[float], datasets: list[int] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"dataset_id": datasets or 1, "row_id": range(100, 100 + len(rewards)), "reward": rewards},
    )


def falling(rows: int) -> list[float]:
    return [float(rows - i) for i in range(rows)]


def embedded(*vectors: tuple[float, float]) -> Callable[[Any], np.ndarray]:
    """The vectors of the rows from number 100 on."""
    return lambda row_ids: np.array(vectors, np.float32)[np.asarray(row_ids) - 100]


def at(*angles: float) -> Callable[[Any], np.ndarray]:
    """Unit vectors at these angles in degrees."""
    turned = np.radians(angles)
    return embedded(*zip(np.cos(turned), np.sin(turned), strict=True))


def kept(selection: Selection) -> list[int]:
    return selection.kept["row_id"].tolist()


def reasons(selection: Selection) -> dict[int, str]:
    return dict(zip(selection.dropped["row_id"].tolist(), map(str, selection.dropped["reason"]), strict=True))


@pytest.mark.parametrize(("limit", "left_out"), [(0.79, True), (0.81, False)])
def test_a_row_more_like_a_kept_one_than_the_limit_is_a_near_duplicate(limit: float, left_out: bool) -> None:
    vectors = embedded((1.0, 0.0), (0.8, 0.6), (0.0, 1.0))  # cosines 0.8, 0, and 0.6 between the last two
    spec = replace(BEST_FIRST, near_duplicate_similarity=limit)
    selection = select(table(falling(3)), spec, vectors)
    assert reasons(selection) == ({101: DropReason.NEAR_DUPLICATE} if left_out else {})


def test_usually_a_cosine_above_0_95_makes_a_near_duplicate() -> None:
    """18 degrees are a cosine of 0.951, 19 one of 0.946."""
    spec = replace(BEST_FIRST, near_duplicate_similarity=USUAL_SIMILARITY)
    selection = select(table(falling(3)), spec, at(0, 18, -19))
    assert kept(selection) == [100, 102] and reasons(selection) == {101: DropReason.NEAR_DUPLICATE}


def test_a_row_exactly_at_a_limit_is_kept() -> None:
    vectors = embedded((1.0, 0.0), (0.5, 0.75**0.5))
    for spec in (
        replace(BEST_FIRST, near_duplicate_similarity=0.5),
        replace(BEST_FIRST, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.5),
        replace(BEST_FIRST, near_duplicate_similarity=0.5, diversity=Diversity.K_CENTER),
    ):
        assert kept(select(table(falling(2)), spec, vectors)) == [100, 101]


def test_the_first_of_three_reasons_is_the_one_that_is_told() -> None:
    """A full quota first, then near-duplicates, then rows that are too near."""
    spec = replace(
        BEST_FIRST, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.3, near_duplicate_similarity=0.9,
        quotas=Quotas.CUSTOM, custom_quotas=((1, 1), (2, 9)),
    )  # fmt: skip
    selection = select(table(falling(5), [1, 1, 2, 2, 2]), spec, at(0, 1, 10, 40, 90))
    assert reasons(selection) == {101: DropReason.QUOTA, 102: DropReason.NEAR_DUPLICATE, 103: DropReason.TOO_SIMILAR}
    assert kept(selection) == [100, 104]


def test_near_duplicates_alone_keep_no_distance() -> None:
    spec = replace(BEST_FIRST, near_duplicate_similarity=0.9999, min_cosine_distance=0.5)
    assert kept(select(table(falling(3)), spec, at(0, 10, 20))) == [100, 101, 102]


def test_rows_after_the_last_that_is_wanted_have_a_lower_rank() -> None:
    spec = replace(BEST_FIRST, rows=2, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.1)
    selection = select(table(falling(4)), spec, at(0, 5, 90, 180))
    assert kept(selection) == [100, 102]
    assert reasons(selection) == {101: DropReason.TOO_SIMILAR, 103: DropReason.LOWER_RANK}


def test_centers_are_sought_among_so_many_times_the_wanted_rows() -> None:
    """Two of the four best: the best, and of the other three the one farthest from it; the fifth is farther still."""
    spec = replace(BEST_FIRST, rows=2, diversity=Diversity.K_CENTER, center_pool=2.0)
    selection = select(table(falling(6)), spec, at(0, 50, 20, 10, 90, 120))
    assert kept(selection) == [100, 101]
    assert reasons(selection) == {
        102: DropReason.NOT_A_CENTER,
        103: DropReason.NOT_A_CENTER,
        104: DropReason.LOWER_RANK,
        105: DropReason.LOWER_RANK,
    }
    narrow = select(table(falling(3)), replace(spec, center_pool=0.1), at(0, 50, 20))
    assert kept(narrow) == [100, 101], "never fewer rows than are wanted"


def test_centers_are_no_near_duplicates_of_better_rows() -> None:
    spec = replace(
        BEST_FIRST, rows=2, diversity=Diversity.K_CENTER, center_pool=9.0, near_duplicate_similarity=0.9
    )  # cosine 0.9 is 25.8 degrees
    selection = select(table(falling(4)), spec, at(0, 30, 55, 10))
    assert kept(selection) == [100, 101]
    assert reasons(selection) == {102: DropReason.NEAR_DUPLICATE, 103: DropReason.NEAR_DUPLICATE}


def test_centers_within_quotas_are_sought_in_each_dataset_by_itself() -> None:
    """Two wanted of each: the best and the one farthest from it, whatever the other dataset has."""
    spec = replace(BEST_FIRST, rows=4, quotas=Quotas.EQUAL, diversity=Diversity.K_CENTER, center_pool=9.0)
    selection = select(table(falling(6), [1, 1, 1, 2, 2, 2]), spec, at(0, 10, 90, 0, 180, 20))
    assert sorted(kept(selection)) == [100, 102, 103, 104]
    assert selection.kept["value"].is_monotonic_decreasing


def test_rows_kept_by_hand_are_the_first_centers() -> None:
    frame = table(falling(5), [1, 1, 1, 2, 2]).assign(mark=["", "", "keep", "", ""])
    spec = replace(BEST_FIRST, rows=3, diversity=Diversity.K_CENTER, center_pool=9.0)
    assert kept(select(frame, spec, at(0, 90, 45, 44, 46))) == [102, 100, 101], "both ends are 45 degrees from it"
    shared = replace(spec, quotas=Quotas.CUSTOM, custom_quotas=((1, 1), (2, 2)))
    assert sorted(kept(select(frame, shared, at(0, 90, 45, 44, 46)))) == [102, 103, 104]


@pytest.mark.parametrize("quotas", [Quotas.EQUAL, Quotas.CUSTOM])
def test_rows_kept_by_hand_are_among_those_that_quotas_share_out(quotas: Quotas) -> None:
    frame = table(falling(6), [1, 1, 1, 2, 2, 2]).assign(mark=["", "", "keep", "", "", ""])
    spec = replace(BEST_FIRST, rows=4, quotas=quotas, custom_quotas=((1, 3), (2, 3)), diversity=Diversity.K_CENTER)
    selection = select(frame, spec, at(0, 10, 20, 30, 40, 50))
    assert kept(selection)[0] == 102 and selection.kept["dataset_id"].value_counts().to_dict() == {1: 2, 2: 2}


def test_rows_kept_by_hand_stay_though_they_are_alike() -> None:
    frame = table(falling(3)).assign(mark=["keep", "keep", ""])
    for diversity in (Diversity.NONE, Diversity.K_CENTER):
        spec = replace(BEST_FIRST, rows=3, diversity=diversity, near_duplicate_similarity=0.9)
        selection = select(frame, spec, at(0, 1, 2))
        assert kept(selection) == [100, 101] and reasons(selection) == {102: DropReason.NEAR_DUPLICATE}


def test_no_center_is_sought_in_a_dataset_without_a_quota() -> None:
    spec = replace(
        BEST_FIRST, rows=2, diversity=Diversity.K_CENTER, quotas=Quotas.CUSTOM, custom_quotas=((2, 9),), center_pool=9.0
    )
    selection = select(table(falling(4), [1, 2, 2, 2]), spec, at(0, 10, 20, 90))
    assert kept(selection) == [101, 103] and reasons(selection)[100] == DropReason.QUOTA


def test_three_centers_of_twice_as_many_rows_leave_three() -> None:
    spec = replace(BEST_FIRST, rows=3, diversity=Diversity.K_CENTER, center_pool=2.0)
    selection = select(table(falling(9)), spec, at(*range(0, 90, 10)))
    assert selection.reasons == {DropReason.NOT_A_CENTER: 3, DropReason.LOWER_RANK: 3}


def test_a_near_duplicate_that_is_left_out_leaves_none_out_itself() -> None:
    """20 degrees are a cosine of 0.94, 40 one of 0.77."""
    for diversity in (Diversity.NONE, Diversity.K_CENTER):
        spec = replace(BEST_FIRST, rows=3, diversity=diversity, near_duplicate_similarity=0.9)
        assert kept(select(table(falling(3)), spec, at(0, 20, 40))) == [100, 102]


@pytest.mark.parametrize(("marked", "expected"), [([0, 1], [100, 101, 103]), ([3, 4], [103, 104, 100])])
@pytest.mark.parametrize("diversity", [Diversity.NONE, Diversity.K_CENTER])
def test_rows_kept_by_hand_fill_the_quota_of_their_own_dataset_only(
    marked: list[int], expected: list[int], diversity: Diversity
) -> None:
    """Four are wanted, one of each dataset may be kept, two of one are kept by hand: the other still gives one."""
    frame = table(falling(6), [1, 1, 1, 2, 2, 2]).assign(mark="")
    frame.loc[marked, "mark"] = "keep"
    spec = replace(
        BEST_FIRST, rows=4, quotas=Quotas.CUSTOM, custom_quotas=((1, 1), (2, 1)), diversity=diversity, center_pool=1.0
    )
    assert sorted(kept(select(frame, spec, at(0, 10, 20, 30, 40, 50)))) == sorted(expected)
