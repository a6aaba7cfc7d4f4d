"""KTO's label: whether a response is a desirable one."""

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
