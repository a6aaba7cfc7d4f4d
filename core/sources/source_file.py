"""A file on its way into the store."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """A file to load, and the name by which the user knows it (an upload's own name, not that of its copy)."""

    path: Path
    shown_name: str
