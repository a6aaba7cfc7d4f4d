"""The data folder is the user's alone: no other user of the computer can enter it, or read what is in it."""

import os
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077  # what a program of ours takes from others in all that it makes


def keep_private(folder: Path) -> None:
    """Close a folder to other users, with what lies in it from before.

    The folder itself is closed last, so one that is closed has been mended. Files of another owner, and what links
    lead to, stay as they are. On Windows the user's profile does this.

    Args:
        folder: made if it is not there and can be.
    """
    if os.name != "posix":
        return
    with suppress(OSError):  # whoever opens what is in it says why that can't be done
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & OTHERS:
            _mend(folder.resolve())


def _mend(folder: Path) -> None:
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            with suppress(OSError):
                _close(path)
    _close(folder)


def _close(path: Path) -> None:
    mode = path.lstat().st_mode
    if not path.is_symlink() and mode & OTHERS:
        path.chmod(mode & 0o700)
