"""Ranges as people type them."""

import pytest

from core.errors import SelectionError
from core.rows.filters import Filters, Range
from core.rows.typed_filters import typed_range, with_typed_ranges

COLUMNS = ("reward", "mtld")


@pytest.mark.parametrize("text", ["reward=missing", " reward == missing "])
def test_missing_scores_are_asked_for_by_that_word(text: str) -> None:
    assert typed_range(text, COLUMNS) == Range("reward", missing=True)


def test_several_ranges_of_a_column_narrow_each_other_and_none_holds_a_missing_score() -> None:
    found = with_typed_ranges(Filters(), ["reward>=1", "reward<=2", "mtld=missing", "mtld=missing"], COLUMNS)
    assert found.ranges == (Range("reward", 1.0, 2.0), Range("mtld", missing=True))
    with pytest.raises(SelectionError, match="A row without reward lies in none of its ranges"):
        with_typed_ranges(found, ["reward=missing"], COLUMNS)
