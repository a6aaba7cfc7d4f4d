"""A file on its way into the store."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """A file to load.

    Attributes:
        path: where it is; `answers.zip/rows.csv` for a file in an archive.
        shown_name: by which the user knows it (an upload's own name, not that of its copy).
        notes: what was passed over where it was found, in sentences.
        columns: parts of a row with their columns, as a description beside the file has them.
    """

    path: Path
    shown_name: str
    notes: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
