"""What the workflows share: steps that are remembered, the word of a user who cancels, and how a job's end is told."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, TypeVar

from core.errors import StorageFull, StudioError
from core.memory import memory_error, out_of_memory
from jobs.queue.courier import Courier
from jobs.queue.folder import JobFolder
from jobs.queue.settings import stopped_by_user

Result = TypeVar("Result")


class DurableStep(Protocol):
    """Runs a function as a step that is remembered: after a crash its result is looked up, not computed again."""

    def __call__(self, name: str, work: Callable[[], Result]) -> Result: ...


def durable(courier: Courier) -> DurableStep:
    """Steps that the queue remembers, each over only when the courier has delivered what it made."""
    from dbos import DBOS

    def step(name: str, work: Callable[[], Result]) -> Result:
        return DBOS.run_step({"name": name}, courier.delivered(work))

    return step


def cancelled_in_queue(workflow_id: str) -> Callable[[], bool]:
    """A question to the queue: was this workflow cancelled, or removed?"""
    from dbos import DBOS

    def cancelled() -> bool:
        status = DBOS.get_workflow_status(workflow_id)
        return status is None or status.status == "CANCELLED"

    return cancelled


@contextmanager
def recording_failure(folder: JobFolder, making_room: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Tell in the job's folder why it ended early, and let the queue know as well.

    Args:
        making_room: called before a failure is written, so that a full disk can still be told.
    """
    try:
        yield
    except stopped_by_user():
        folder.log("Stopped: cancelled or paused.")
        raise
    except Exception as error:
        making_room()
        _tell_failure(folder, error)
        raise


def _tell_failure(folder: JobFolder, error: Exception) -> None:
    """Write why a job ended: a StudioError in its own words, a bug kindly, with its trace in the log."""
    reason = str(error)
    if "disk is full" in reason:  # the queue's own database, in SQLite's words
        reason = str(StorageFull("No space left on the disk.", mend="Free some space and retry the job."))
    elif not isinstance(error, StudioError) and out_of_memory(error):
        folder.log("".join(traceback.format_exception(error)))
        reason = f"{memory_error(error)} Results so far are kept; retry resumes the job."
    elif not isinstance(error, StudioError):
        folder.log("".join(traceback.format_exception(error)))
        reason = (
            f"Internal error ({type(error).__name__}). See the job's log. Results so far are kept; retry resumes the "
            "job."
        )
    folder.log(f"Failed. {reason}")
    folder.write_state(replace(folder.state(), stage="failed", error=reason, message=""))
