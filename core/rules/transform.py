"""What a term of a rule makes of its indicator before it is weighed: nothing, a logarithm, or a square."""

from enum import StrEnum

import numpy as np
import pandas as pd


class Transform(StrEnum):
    """A term's form of its indicator. A single row has the same logarithm by both; sets differ by it.

    The log of a set's mean needs the mean alone; the mean of the rows' logs is what a rule that ranks rows adds up.
    """

    IDENTITY = "identity"
    LOG = "log"  # natural logarithm of the mean over the set
    MEAN_LOG = "mean_log"  # mean over the set of each row's natural logarithm
    SQUARE = "square"  # of the mean over the set less a centre

    def name_of(self, indicator: str) -> str:
        """What the term is called among the regression's columns: `log_output_length`."""
        return _PREFIXES[self] + indicator

    def text_of(self, symbol: str, centre: float = 0.0) -> str:
        """The term in an equation: `log(Len)`."""
        if self is Transform.SQUARE:
            return f"({symbol} {'+' if centre < 0 else '−'} {abs(centre):g})²" if centre else f"{symbol}²"
        return {Transform.LOG: f"log({symbol})", Transform.MEAN_LOG: f"mean(log({symbol}))"}.get(self, symbol)

    def of_rows(self, values: pd.Series, centre: float = 0.0) -> pd.Series:
        """Of each row on its own; NaN for the logarithm of what is not above 0."""
        if self is Transform.SQUARE:
            return (values - centre) ** 2
        if self is Transform.IDENTITY:
            return values
        above = values.astype(float).where(values > 0)
        return pd.Series(np.log(above.to_numpy()), index=values.index, name=values.name)

    def of_set(self, values: pd.Series, centre: float = 0.0) -> float:
        """Of a set's rows together; missing values are left out."""
        if self is Transform.MEAN_LOG:
            return float(self.of_rows(values).mean())
        return float(self.of_rows(pd.Series([values.mean()]), centre).iloc[0])


_PREFIXES = {
    Transform.IDENTITY: "",
    Transform.LOG: "log_",
    Transform.MEAN_LOG: "mean_log_",
    Transform.SQUARE: "squared_",
}


def parted(name: str) -> tuple[Transform, str]:
    """Transform and indicator of a term's name."""
    for transform in (Transform.MEAN_LOG, Transform.LOG, Transform.SQUARE):
        if name.startswith(_PREFIXES[transform]):
            return transform, name.removeprefix(_PREFIXES[transform])
    return Transform.IDENTITY, name
