"""Why a file can't be written, in words for the user."""

import errno
from pathlib import Path

from core.errors import StorageFull, StoreError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
RIGHTS = "Give yourself the right to write there, or set STUDIO_DATA to another folder."


_LIBRARIES_WORDS = (
    "No space left on device",  # shutil.copytree, safetensors
    "PytorchStreamWriter failed",  # torch.save
    ". unexpected pos ",  # torch.save, where a large tensor is cut off
    "database or disk is full",  # SQLite
)


def is_full_disk(error: Exception) -> bool:
    """Whether an error says that the disk is full: the system's own, or a library's in words of its own."""
    return getattr(error, "errno", None) in NO_SPACE or any(words in str(error) for words in _LIBRARIES_WORDS)


def not_written(
    error: OSError,
    what: str,
    where: str | Path,
    *,
    folder: Path | None = None,
    space: str = "Free some space and try again.",
    mend: str = RIGHTS,
) -> StoreError:
    """The system's refusal as an error that says what could not be written.

    Args:
        what: `the upload`.
        where: the file or folder concerned.
        folder: in which it can't be written, where `where` does not say that.
        space: what to do where the disk is full.
        mend: what to do else.
    """
    if error.errno in NO_SPACE:
        return StorageFull(f"There is no space left for {what}.", where=str(where), mend=space)
    place = f" to {folder}" if folder else ""
    said = f"{what.capitalize()} can't be written{place}: {error.strerror or error}."
    return StoreError(said, where=str(where), mend=mend)
