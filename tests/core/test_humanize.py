"""Numbers in text: a true minus, few digits, a dash where there is none."""

import math

import pytest

from core.humanize import fixed, interval, number, p_stated, p_value, share


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(-0.93504), "−0.935"),
        (number(8.257e-5), "8.257×10⁻⁵"),
        (number(-2.5e12), "−2.5×10¹²"),
        (number(-0.0), "0"),
        (number(0.25, signed=True), "+0.25"),
        (number(None), "–"),
        (fixed(-1.23456, 3), "−1.235"),
        (fixed(-0.0004, 3), "0.000"),
        (fixed(0.2, 2, signed=True), "+0.20"),
        (share(math.nan), "–"),
        (p_value(0.0004), "< 0.001"),
        (p_value(0.0344), "0.034"),
        (p_value(math.nan), "–"),
        (p_stated(0.0344), "p = 0.034"),
        (p_stated(0.0004), "p < 0.001"),
        (interval(-0.31, -0.12), "−0.31 to −0.12"),
        (interval(-0.31, 0.12, "+.3f"), "−0.310 to +0.120"),
        (interval(math.nan, 1.0), "–"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, expected: str) -> None:
    assert text == expected
