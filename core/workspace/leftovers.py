"""What processes that were killed have left half written: nobody reads it, and it is cleared at the next start."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from core.files import UNFINISHED
from core.models.embedded_model import HALF_MADE
from core.paths import StudioPaths

OLD_SECONDS = 900.0  # without a write: what a living process writes is younger


def clear_leftovers(paths: StudioPaths) -> int:
    """Delete files and folders that were begun and not finished, and models half unpacked; how many."""
    found = [each for each in _unfinished(paths) if _age_seconds(each) > OLD_SECONDS]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)


def _unfinished(paths: StudioPaths) -> Iterator[Path]:
    for place, folders, files in os.walk(paths.root):
        half = HALF_MADE if Path(place) == paths.models else UNFINISHED
        yield from (Path(place, name) for name in (*folders, *files) if name.startswith((half, UNFINISHED)))
        folders[:] = [name for name in folders if not name.startswith((half, UNFINISHED))]


def _age_seconds(path: Path) -> float:
    """Since anything in it was written. A clock that was set back makes it younger, not older."""
    times = [path.lstat().st_mtime, *(each.lstat().st_mtime for each in path.rglob("*"))]
    return time.time() - max(times)
