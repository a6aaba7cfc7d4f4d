"""Marks by hand: rows that people keep or drop whatever a rule says of them, with their notes and tags."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import InputError
from core.humanize import counted
from core.values import Value

NOTE, TAGS = "note", "tags"
TAG_CHARACTERS = 40


class Mark(StrEnum):
    """What a person decided of a row."""

    NONE = ""
    KEEP = "keep"
    DROP = "drop"


@dataclass(frozen=True)
class RowMark:
    """A row's mark, note and tags, in the order in which they were set. They belong to the pair, in every dataset."""

    mark: Mark = Mark.NONE
    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredMark(Value):
    """A mark as selections and manifests carry it: by the key of the row's content, the same in every store."""

    key: str
    mark: Mark
    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class MarkChange:
    """A change that can be undone: `what` (`keep`, `drop`, "", `note` or `tags`) was set on so many rows."""

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


def tags_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept, each once; a comma parts two.

    Raises:
        InputError: one is empty or too long.
    """
    found = tuple(dict.fromkeys(" ".join(each.split()) for text in texts for each in text.split(",")))
    for each in found:
        if not 0 < len(each) <= TAG_CHARACTERS:
            raise InputError(
                f"A tag has 1 to {TAG_CHARACTERS} characters.", where=each[:60], mend="Use a shorter word."
            )
    return found


def counted_marks(marks: Iterable[StoredMark]) -> dict[str, int]:
    """How many rows were kept and dropped by hand."""
    found = [each.mark for each in marks]
    return {"kept": found.count(Mark.KEEP), "dropped": found.count(Mark.DROP)}
