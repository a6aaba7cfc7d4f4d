"""Why a file can't be written, in words for the user."""

import errno
from pathlib import Path

from core.errors import StorageFull, StoreError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
RIGHTS = "Give yourself the right to write there, or set STUDIO_DATA to another folder."


def not_written(
    error: OSError,
    what: str,
    where: str | Path,
    *,
    space: str = "Free some space and try again.",
    mend: str = RIGHTS,
) -> StoreError:
    """The system's refusal as an error that says what could not be written.

    Args:
        what: `the upload`.
        where: the file or folder concerned.
        space: what to do where the disk is full.
        mend: what to do else.
    """
    if error.errno in NO_SPACE:
        return StorageFull(f"There is no space left for {what}.", where=str(where), mend=space)
    return StoreError(f"{what.capitalize()} can't be written: {error.strerror or error}.", where=str(where), mend=mend)
