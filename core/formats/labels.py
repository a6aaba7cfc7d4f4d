"""What is said of a response by a label or a number: whether it is a desirable one (KTO), how good it is."""

import math
from typing import Any

_WRITTEN = {"true": True, "false": False, "1": True, "0": False}


def label_in(cell: Any) -> bool | None:
    """A truth value, also as number or, in a table, as text; None where the cell holds something else."""
    if isinstance(cell, str):
        return _WRITTEN.get(cell.strip().lower())
    return bool(cell) if isinstance(cell, bool | int | float) and cell in (0, 1) else None


def is_truth_value(cell: Any) -> bool:
    """Whether a cell is true or false, and no number of a class."""
    return isinstance(cell, bool) or (isinstance(cell, str) and cell.strip().lower() in ("true", "false"))


def as_number(cell: Any) -> float | None:
    """A number, also as text; None for anything else, and for NaN."""
    try:
        number = float(cell) if isinstance(cell, int | float | str) and not isinstance(cell, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number
