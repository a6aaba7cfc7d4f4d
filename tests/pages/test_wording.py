"""Numbers and counts as the pages say them."""

import pytest

from pages.components.wording import left_out, pace


@pytest.mark.parametrize(
    ("duplicates", "refused", "said"),
    [
        (0, 0, "No rows removed."),
        (0, 1, "1 rejected row removed."),
        (1, 0, "1 exact duplicate removed."),
        (2, 1_200, "2 exact duplicates and 1,200 rejected rows removed."),
    ],
)
def test_what_a_file_lost_is_counted_in_words(duplicates: int, refused: int, said: str) -> None:
    assert left_out(duplicates, refused) == said


@pytest.mark.parametrize(
    ("per_second", "unit", "said"),
    [(12.54, "rows", "12.5 rows/s"), (1.0, "rows", "1.0 rows/s"), (0.04, "answers", "25.0 s per answer")],
)
def test_slow_work_is_told_in_seconds_apiece(per_second: float, unit: str, said: str) -> None:
    assert pace(per_second, unit) == said
