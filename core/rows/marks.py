"""Marks by hand: rows that people keep or drop whatever a rule says of them, with their notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.humanize import counted
from core.values import Value

NOTE = "note"


class Mark(StrEnum):
    """What a person decided of a row."""

    NONE = ""
    KEEP = "keep"
    DROP = "drop"


@dataclass(frozen=True)
class RowMark:
    """A row's mark and note. They belong to the pair, in every dataset that has it."""

    mark: Mark = Mark.NONE
    note: str = ""


@dataclass(frozen=True)
class StoredMark(Value):
    """A mark as selections and manifests carry it: by the key of the row's content, the same in every store."""

    key: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True)
class MarkChange:
    """A change that can be undone or done again: `what` was set (`keep`, `drop`, "" or `note`) on so many rows."""

    what: str
    rows: int

    @property
    def told(self) -> str:
        """In words: `drop on 3 rows`."""
        return f"{self.what or 'no mark'} on {counted(self.rows, 'row')}"


@dataclass(frozen=True)
class MarkHistory:
    """The change that undo would take back and the one that redo would make, None where there is none."""

    undo: MarkChange | None
    redo: MarkChange | None


def counted_marks(marks: Iterable[StoredMark]) -> dict[str, int]:
    """How many rows were kept and dropped by hand."""
    found = [each.mark for each in marks]
    return {"kept": found.count(Mark.KEEP), "dropped": found.count(Mark.DROP)}
