"""Folders of jobs that were made and never queued, because their process was killed in between."""

import time
from collections.abc import Callable
from pathlib import Path

from jobs.queue.folder import folders
from jobs.queue.rebuild import LOST

OLD_SECONDS = 900.0  # after which nobody is about to queue it any more


def remove_unqueued(jobs: Path, known: Callable[[list[str]], set[str]]) -> int:
    """Delete them; how many there were.

    Args:
        known: those of some ids that the queue knows.
    """
    old = time.time() - OLD_SECONDS
    begun = [each for each in folders(jobs) if each.untouched and each.path.stat().st_mtime < old]
    if not begun or (jobs / LOST).exists():
        return 0
    queued = known([each.job_id for each in begun])
    gone = [each for each in begun if each.job_id not in queued]
    for folder in gone:
        folder.remove()
    return len(gone)
