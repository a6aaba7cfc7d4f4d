"""An answer that heads are fitted or measured on."""

from dataclasses import dataclass

from core.rows.row import Row


@dataclass(frozen=True)
class Example:
    """An answer to one of the instructions.

    Attributes:
        group: number of its instruction.
        system: who gave it, or gave the answer that it is made from.
        fault: which fault it was given (`core.indicators.heads.faults`), "" for none.
    """

    row: Row
    group: int
    system: str
    fault: str = ""
