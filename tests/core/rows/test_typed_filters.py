"""Ranges as people type them."""

import pytest

from core.errors import SelectionError
from core.rows.filters import Filters, Range
from core.rows.typed_filters import typed_range, with_typed_ranges

COLUMNS = ("reward", "mtld")


@pytest.mark.parametrize("text", ["reward=missing", " reward == missing "])
def test_missing_scores_are_asked_for_by_that_word(text: str) -> None:
    assert typed_range(text, COLUMNS) == Range("reward", missing=True)


def test_what_stands_after_not_is_left_out_beside_the_range_that_rows_must_lie_in() -> None:
    found = with_typed_ranges(Filters(), ["reward>=1", "not reward>=5", "not 2<=reward<=3"], COLUMNS)
    assert found.range_of("reward") == Range("reward", 1.0)
    assert found.ranges[1:] == (Range("reward", 5.0, outside=True), Range("reward", 2.0, 3.0, outside=True))
    assert found.without("reward").ranges == found.ranges[1:], "the plot stays without what was dropped from it"
    with pytest.raises(SelectionError, match="not a score range"):
        typed_range("not not reward<1", COLUMNS)


def test_several_ranges_of_a_column_narrow_each_other_and_none_holds_a_missing_score() -> None:
    found = with_typed_ranges(Filters(), ["reward>=1", "reward<=2", "mtld=missing", "mtld=missing"], COLUMNS)
    assert found.ranges == (Range("reward", 1.0, 2.0), Range("mtld", missing=True))
    with pytest.raises(SelectionError, match="A row without reward lies in none of its ranges"):
        with_typed_ranges(found, ["reward=missing"], COLUMNS)
