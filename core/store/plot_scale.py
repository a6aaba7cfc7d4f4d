"""How a score is cut into steps for a plot: by powers of two, so that every edge is a number that the filters know."""

import math
from dataclasses import dataclass

import numpy as np

MOST_STEPS = 200  # what a pointer can tell apart on a plot of some 200 pixels; with two more codes it fits a byte
_SMALLEST = -1000  # of a step's exponent, above which dividing by it is exact


@dataclass(frozen=True)
class PlotScale:
    """The steps of one score over all rows of the chosen datasets, which stand still under filters.

    A step is 2**`exponent` wide, in the score's unit or, on a log axis, in its binary logarithm. Dividing by a power of
    two is exact, so a row lies in a step if, and only if, it lies between the step's edges; on a log axis this holds to
    the last digit of the logarithm. At a `shift` 2**shift steps are one bar. Codes count the bars from 0; two more are
    for values of zero and less on a log axis, and for missing ones.

    Attributes:
        first: the first step's number, counted from zero (or from one, on a log axis).
        steps: how many there are, up to MOST_STEPS.
        whole: all values are whole numbers.
        has_below, has_missing: whether any row has one of the two last codes.
    """

    column: str
    log: bool
    exponent: int
    first: int
    steps: int
    whole: bool = False
    has_below: bool = False
    has_missing: bool = False

    def bars(self, shift: int = 0) -> int:
        return ((self.first + self.steps - 1) >> shift) - (self.first >> shift) + 1

    def codes(self, shift: int = 0) -> int:
        return self.bars(shift) + 2

    def bar_shift(self, most: int) -> int:
        """The least shift at which there are no more than `most` bars."""
        return next(shift for shift in range(MOST_STEPS) if self.bars(shift) <= most)

    def edges(self, shift: int = 0) -> list[float]:
        """Where each bar begins and the last one ends, in the score's unit."""
        first = self.first >> shift
        with np.errstate(over="ignore"):  # the last edge may lie beyond what a float holds
            places = np.ldexp(np.arange(first, first + self.bars(shift) + 1, dtype=float), self.exponent + shift)
            return list(map(float, np.exp2(places) if self.log else places))

    def code_sql(self) -> str:
        """The code of a row by steps, as an expression over the matrix, whose columns are named safely."""
        name = f'"{self.column}"'
        scaled = f"log2({name})" if self.log else name
        number = f"floor({scaled} / {_double(math.ldexp(1.0, self.exponent))}) - {_double(self.first)}"
        below = f"WHEN {name} <= 0 THEN {self.steps} " if self.log else ""
        inside = f"greatest(0, least({self.steps - 1}, {number}))"
        return f"CASE WHEN {name} IS NULL THEN {self.steps + 1} {below}ELSE {inside} END::UTINYINT"

    def coarser_sql(self, code: str, shift: int) -> str:
        """The code at a shift, of a code by steps."""
        if not shift:
            return code
        bar = f"({code}::USMALLINT + {self.first & ((1 << shift) - 1)}) >> {shift}"
        return (
            f"(CASE WHEN {code} < {self.steps} THEN {bar} ELSE {code} - {self.steps - self.bars(shift)} END)::UTINYINT"
        )


def scale_over(
    column: str, low: float, high: float, *, log: bool = False, whole: bool = False, below: bool = False,
    missing: bool = False,
) -> PlotScale:  # fmt: skip
    """The finest scale from `low` to `high`, both finite and, on a log axis, above zero."""
    start, end = (math.log2(low), math.log2(high)) if log else (low, high)
    half = end / 2 - start / 2  # the whole may be more than a float holds
    exponent = max(_SMALLEST, math.frexp(half or start / 64)[1] - 8, 0 if whole and not log else _SMALLEST)
    while _step(end, exponent) - _step(start, exponent) >= MOST_STEPS:
        exponent += 1
    first = _step(start, exponent)
    return PlotScale(column, log, exponent, first, _step(end, exponent) - first + 1, whole, below, missing)


def fitting_shift(active: PlotScale, beside: int, coarsest: int, most: int) -> int:
    """The least shift, up to the coarsest, at which a plot's pairs with the codes `beside` it are at most `most`."""
    return next((shift for shift in range(coarsest) if active.codes(shift) * beside <= most), coarsest)


def _step(place: float, exponent: int) -> int:
    return math.floor(math.ldexp(place, -exponent))


def _double(value: float) -> str:
    return f"{value:.17e}::DOUBLE"
