"""One row that was refused: where it stands, why, and how to mend it."""

from dataclasses import dataclass

EXCERPT_CHARACTERS = 200


@dataclass(frozen=True)
class Rejection:
    """A row, or the unreadable rest of a file, that was left out.

    Attributes:
        file: the name that the user knows the file by.
        row: line number in JSONL, data-row number elsewhere, from 1; None where no row can be named.
        reason: one sentence, what is wrong.
        mend: one sentence, what to do.
        excerpt: the beginning of the row, or what stands around the fault, fit to show.
    """

    file: str
    row: int | None
    reason: str
    mend: str
    excerpt: str = ""

    def __post_init__(self) -> None:
        if not self.reason.isprintable():
            object.__setattr__(self, "reason", shown(self.reason))

    @property
    def place(self) -> str:
        """The file, and the row where one is meant."""
        return self.file if self.row is None else f"{self.file}, row {self.row:,}"


def shown(text: str) -> str:
    """`text` fit to show and store: nothing invisible or invalid in it."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


def excerpt(text: str, at: int = 0) -> str:
    """A short piece of `text` around position `at` that can be shown and stored."""
    start = max(0, at - EXCERPT_CHARACTERS // 2)
    piece = shown(text[start : start + EXCERPT_CHARACTERS])
    return ("…" if start else "") + piece + ("…" if start + EXCERPT_CHARACTERS < len(text) else "")
