"""A workflow as the queue knew it, told by the folder of its job."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.queue.folder import STATE, JobFolder

SUCCESS, ERROR, CANCELLED = "SUCCESS", "ERROR", "CANCELLED"  # as the queue calls them
CANCELLED_BY_USER = "Cancelled by the user"  # so a line of a job's log begins, as one of these does
STOPPED = (CANCELLED_BY_USER, "Stopped: cancelled or paused.")
AGAIN = "Queued again by the user."


@dataclass(frozen=True)
class QueuedWork:
    """A workflow that waits, runs or has ended.

    Attributes:
        arguments: of the workflow.
        ended: how it ended, in the queue's word; "" for one that goes on.
        created_at, ended_at: Unix time.
    """

    workflow: str
    queue: str
    workflow_id: str
    arguments: tuple[str | int, ...]
    ended: str
    created_at: float
    ended_at: float
    priority: int | None = None


def how_ended(folder: JobFolder) -> str:
    """How the work of a folder ended, "" where it goes on: what its worker wrote, and what the user did last."""
    last = (folder.log_tail().splitlines() or [""])[-1]
    stage = folder.state().stage
    if stage == "done":
        return SUCCESS
    if AGAIN in last:
        return ""
    if stage == "failed":
        return ERROR
    return CANCELLED if any(each in last for each in STOPPED) else ""


def created_at(folder: JobFolder) -> float:
    """When a job was made, by its id; by its folder where that does not tell."""
    try:
        return datetime.strptime(folder.job_id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return folder.path.stat().st_mtime


def ended_at(folder: JobFolder) -> float:
    """When its worker wrote last."""
    try:
        return (folder.path / STATE).stat().st_mtime
    except OSError:
        return created_at(folder)
