"""Folders of jobs that were made and never queued, because their process was killed in between."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from core.errors import JobError
from jobs.queue.folder import SPEC, JobFolder, folders
from jobs.queue.kinds import JobKind, job_kinds
from jobs.queue.rebuild import LOST

OLD_SECONDS = 900.0  # after which nobody is about to queue it any more
Enqueue = Callable[[JobFolder, JobKind, int | None], None]
KnownIds = Callable[[list[str]], set[str]]  # those of some ids that the queue knows


def queue_unqueued(jobs: Path, ids: Iterable[str], known: KnownIds, enqueue: Enqueue) -> int:
    """Queue those of these jobs that are whole and at which nobody was; how many there were."""
    named = [JobFolder(jobs / each) for each in ids if each]
    lost = _unknown(jobs, [each for each in named if each.untouched and (each.path / SPEC).exists()], known)
    for folder in lost:
        try:
            spec = folder.spec()
            kind = job_kinds()[spec.get("kind", "")]
        except (JobError, KeyError) as error:
            folder.log(f"Not queued: {error}")
            continue
        enqueue(folder, kind, spec.get("priority"))
    return len(lost)


def remove_unqueued(jobs: Path, known: KnownIds) -> int:
    """Delete old ones; how many there were."""
    old = time.time() - OLD_SECONDS
    begun = [each for each in folders(jobs) if each.untouched and each.path.stat().st_mtime < old]
    gone = _unknown(jobs, begun, known)
    for folder in gone:
        folder.remove()
    return len(gone)


def _unknown(jobs: Path, begun: list[JobFolder], known: KnownIds) -> list[JobFolder]:
    """Those that the queue does not know; none while it is lost, as it will be made again from the folders."""
    if not begun or (jobs / LOST).exists():
        return []
    queued = known([each.job_id for each in begun])
    return [each for each in begun if each.job_id not in queued]
