"""A row that was refused: where it stands, why, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rejection:
    """One refused row, or (`row` None) a fault of the whole file.

    Attributes:
        file: the name that the user knows it by.
        row: line number for JSON Lines, else the number of the record, from 1.
        reason: a sentence.
        mend: a sentence: what to do.
        excerpt: the beginning of the offending text, safe to show.
    """

    file: str
    row: int | None
    reason: str
    mend: str
    excerpt: str
