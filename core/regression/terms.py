"""The forms in which indicators stand in a fit: as they are, as logarithms, with squares."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.rules.transform import Transform

DIGITS = 3  # significant ones of the centre of a square


class Scale(StrEnum):
    """How skewed indicators enter a fit: lengths, perplexity and the like.

    A few long or odd rows pull the mean of such an indicator, and with it the whole fit.
    """

    LOG = "log"  # the logarithm of a set's mean
    MEAN_LOG = "mean_log"  # the mean over a set's rows of their logarithms
    RAW = "raw"

    @property
    def transform(self) -> Transform:
        return {Scale.LOG: Transform.LOG, Scale.MEAN_LOG: Transform.MEAN_LOG}.get(self, Transform.IDENTITY)


@dataclass(frozen=True)
class SetTerm:
    """A column of a fit: an indicator in one of its forms.

    Attributes:
        centre: of a square.
        low, high: range of the indicator's own mean over the sets.
    """

    indicator: str
    transform: Transform = Transform.IDENTITY
    centre: float = 0.0
    low: float = np.nan
    high: float = np.nan


def rounded(value: float) -> float:
    """To a few significant digits."""
    return float(f"{value:.{DIGITS}g}")
