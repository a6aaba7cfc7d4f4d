"""How many rows fit into a budget of training tokens."""

from bisect import bisect_right
from collections.abc import Callable

import numpy as np

from core.errors import SelectionError


def rows_within(
    tokens: np.ndarray, once: np.ndarray, budget: int, kept: Callable[[int], np.ndarray], given: int = 0
) -> int:
    """How many rows may be asked for so that the kept ones have no more tokens than the budget.

    With one row more they would. Where more rows can mean fewer tokens, as with k-center, it is one such number.

    Args:
        tokens: of the ranked rows, best first, shape (rows,).
        once: which of them count; the others are the same pairs in other datasets.
        budget: in tokens.
        kept: which rows are kept where so many are asked for, shape (rows,).
        given: so many first rows are kept anyway.

    Raises:
        SelectionError: not even the first row fits, or not those that are kept anyway.
    """
    sizes = np.sort(tokens[once])
    fit = int((np.cumsum(sizes[::-1]) <= budget).sum())  # whichever rows they are
    most = int((np.cumsum(sizes) <= budget).sum())  # of the shortest

    def exceeds(rows: int) -> bool:
        return bool(tokens[kept(rows)].sum() > budget)

    rows = fit + bisect_right(range(fit + 1, most + 1), False, key=exceeds)
    if 0 < rows == most < len(sizes) and kept(most).sum() < most:  # fewer are kept than asked for: ask for more
        rows += bisect_right(range(most + 1, len(sizes) + 1), False, key=exceeds)
    if rows < max(given, 1):
        least = tokens[kept(max(given, 1))].sum()
        what = "The rows marked keep have" if given else "The best row has"
        raise SelectionError(
            f"{what} {least:,.0f} response tokens, more than the budget of {budget:,}.", mend="Raise the budget."
        )
    return rows
