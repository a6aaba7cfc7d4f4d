"""Lines that are one candidate set, tuned on with several seeds: they count once, with the mean of their losses.

Seeds of one set are no independent evidence on its indicators. Taken as lines of their own they make the F test reject
too often, put the same set on both sides of a fold, and narrow every interval (Moulton 1990).
"""

import numpy as np
import pandas as pd

from core.humanize import counted
from core.regression.design import RESPONSE

DIGITS = 9  # significant ones by which indicators are compared: means of the same rows differ in rounding


def same_indicators(sets: pd.DataFrame, indicators: tuple[str, ...]) -> pd.Series:
    """A number for each line, the same for lines of equal indicators; a line without any value stands alone."""
    values = sets[list(indicators)].to_numpy(float)
    rounded = [tuple(f"{value:.{DIGITS}g}" for value in line) for line in values]
    alone = ~np.isfinite(values).any(axis=1)
    keys = [str(place) if alone[place] else line for place, line in enumerate(rounded)]
    return pd.Series(pd.factorize(pd.Series(keys, dtype=object))[0], index=sets.index)


def once_each(
    sets: pd.DataFrame, same: pd.Series, what: str, losses: np.ndarray | None = None
) -> tuple[pd.DataFrame, np.ndarray | None, str]:
    """One line for lines that are one set, with their mean loss, the examples' losses alike, and a remark on it.

    Args:
        sets: indexed by name, with `log_loss`; other columns are taken from the first line of a set.
        same: as of `same_indicators`.
        what: the lines have in common: `have the same indicators`.
        losses: of each evaluation example, shape (lines, examples).
    """
    numbers = same.to_numpy()
    size = pd.Series(numbers).groupby(numbers, sort=False).size().to_numpy()
    if (size == 1).all():
        return sets, losses, ""
    first = sets[~pd.Series(numbers).duplicated().to_numpy()]
    mean = np.exp(sets[RESPONSE]).groupby(numbers, sort=False).mean().to_numpy()
    names = [f"{name} (mean of {n})" if n > 1 else name for name, n in zip(first.index, size, strict=True)]
    once = first.assign(**{RESPONSE: np.log(mean)}).set_axis(pd.Index(names, name=sets.index.name))
    if losses is not None:
        losses = pd.DataFrame(losses).groupby(numbers, sort=False).mean().to_numpy()
    remark = (
        f"{int(size[size > 1].sum())} of {counted(len(sets), 'model')} {what}, so they are seeds of the same sets. "
        f"They count as {counted(int((size > 1).sum()), 'set')} with the mean of their losses."
    )
    return once, losses, remark
