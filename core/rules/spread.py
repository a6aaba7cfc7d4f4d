"""How the sets on which a rule was learned are spread over its terms together, and how far out another set lies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.values import Positive, Value


@dataclass(frozen=True)
class SetSpread(Value):
    """Of the sets' values of the terms.

    A set may have each indicator within its range and still lie where no set was, as one of long responses with high
    rewards where all long ones had low rewards ("hidden extrapolation": Montgomery, Peck and Vining 2012, section 3.8).
    So its leverage is compared with the greatest of the learned sets.

    Attributes:
        means: by the name of its term.
        inverse_scatter: inverse of the centred cross products, in the order of the means, shape (terms, terms).
        sets: their number.
        max_leverage: the greatest of theirs.
    """

    means: dict[str, float]
    inverse_scatter: tuple[tuple[float, ...], ...]
    sets: Positive
    max_leverage: float

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[float] | np.ndarray]) -> Self:
        """The spread of the sets, of which each term's values are given."""
        values = np.column_stack([np.asarray(each, float) for each in columns.values()])
        centred = values - values.mean(axis=0)
        inverse = np.linalg.pinv(centred.T @ centred, hermitian=True)
        leverages = 1 / len(values) + np.einsum("si,ij,sj->s", centred, inverse, centred)
        means = dict(zip(columns, values.mean(axis=0).tolist(), strict=True))
        return cls(means, tuple(map(tuple, inverse.tolist())), len(values), float(leverages.max()))

    def leverage(self, values: Mapping[str, float]) -> float:
        """Of a set with these values of the terms: 1/n + d' S⁻¹ d, linear in the square of Mahalanobis distance."""
        apart = self._apart(values)
        return float(1 / self.sets + apart @ np.array(self.inverse_scatter) @ apart)

    def covers(self, leverage: float) -> bool:
        """Whether a set of the learned ones has as great a leverage; True of NaN, of which nothing is known."""
        return not leverage > self.max_leverage * (1 + 1e-9)

    def direction(self, values: Mapping[str, float]) -> dict[str, float]:
        """The direction in which the leverage of such a set grows most, by the name of its term."""
        grows = np.array(self.inverse_scatter) @ self._apart(values)
        return dict(zip(self.means, grows.tolist(), strict=True))

    def refusals(self) -> Iterable[tuple[str, str]]:
        terms = len(self.means)
        if len(self.inverse_scatter) != terms or any(len(line) != terms for line in self.inverse_scatter):
            yield "inverse_scatter", f"it is no table of {terms} by {terms} numbers"

    def _apart(self, values: Mapping[str, float]) -> np.ndarray:
        return np.array([values[name] - mean for name, mean in self.means.items()])
