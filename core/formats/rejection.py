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


def excerpt(text: str, at: int = 0) -> str:
    """A short piece of `text` around position `at` that can be shown and stored: nothing invisible or invalid in it."""
    start = max(0, at - EXCERPT_CHARACTERS // 2)
    piece = text[start : start + EXCERPT_CHARACTERS]
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in piece)
    return ("…" if start else "") + shown + ("…" if start + EXCERPT_CHARACTERS < len(text) else "")


def written_size(count: int, unit: str) -> str:
    """A size as people write it: `12,345,678 characters`."""
    return f"{count:,} {unit}"
