"""A pickle that would do something if it were loaded."""

from pathlib import Path


class Touches:
    """Unpickled, it makes a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple:
        return (Path.touch, (self._file,))
