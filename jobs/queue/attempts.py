"""Whether a job takes its worker down with it: a mark lies in the job's folder for as long as the job runs.

A worker that stops takes its marks away; one that is killed can't. Who finds a mark counts a kill, unless the computer
was started anew since. What counts as a step that was finished is a part, a checkpoint or an adapter.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

import psutil
from annotated_types import Ge, Lt

from core.errors import JobError, StorageFull, StudioError
from core.finetune.checkpoints import SEAL
from core.memory import LESS, held_of_limit
from core.values import Door, NotNegative, Value
from core.values.files import read_json
from core.values.plain import as_json
from jobs.queue.folder import RUNNING_MARK, JobFolder, job_file, raising_storage_full

MOST_KILLED = 2  # runs in a row that were killed at one step, after which a job is set aside


class WorkerKilled(JobError):
    """A job takes its worker down with it, and is set aside."""


@dataclass(frozen=True)
class RunMark(Value):
    """What lies in the folder of a running job.

    Attributes:
        since: Unix time at which this run began.
        finished: the steps that were finished when it began.
        killed: how many runs in a row were killed before it, since the last finished step.
        held: how much memory the worker had some seconds ago, and might have.
    """

    since: Annotated[float, Ge(0), Lt(2**35)]
    finished: tuple[str, ...] = ()
    killed: NotNegative = 0
    held: str = ""


class Attempts:
    """The marks of one worker, which takes them away when it stops by itself: what it is at was not killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: dict[Path, RunMark] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped()

    @contextmanager
    def one(self, folder: JobFolder) -> Iterator[None]:
        """A job runs for as long as the block does.

        Raises:
            WorkerKilled: its last two runs were killed, and no step was finished between.
            StorageFull: there is no space left.
        """
        file, finished = folder.path / RUNNING_MARK, finished_steps(folder)
        last = _last(file)
        killed = 0 if last is None else 1 + last.killed * (last.finished == finished)
        if last is not None and killed >= MOST_KILLED:
            file.unlink(missing_ok=True)
            had = f" (it had {last.held} some seconds before)" * bool(last.held)
            raise WorkerKilled(
                f"The worker was killed {killed} times in a row at this point of the job, most likely because memory "
                f"ran out{had}.",
                mend=f"{LESS} Then retry: what is finished is kept.",
            )
        if killed:
            folder.log("The worker was killed at this point, perhaps because memory ran out. It is tried once more.")
        with raising_storage_full(folder.path):
            folder.path.mkdir(parents=True, exist_ok=True)
        with self._lock:
            self._marks[file] = RunMark(time.time(), finished, killed)
        self.beat()
        try:
            yield
        finally:
            with self._lock:
                self._take_away(file)

    def beat(self) -> None:
        """Write how much memory this process has now."""
        with self._lock:
            for file, mark in self._marks.items():
                with suppress(StorageFull, OSError), job_file(file, durable=False) as partial:
                    partial.write_text(as_json(replace(mark, held=held_of_limit()), "mark"), "utf-8")

    def stopped(self) -> None:
        """Take the marks of all jobs that run away."""
        with self._lock:
            for file in list(self._marks):
                self._take_away(file)

    def _take_away(self, file: Path) -> None:
        self._marks.pop(file, None)
        with suppress(OSError):
            file.unlink(missing_ok=True)


def finished_steps(folder: JobFolder) -> tuple[str, ...]:
    """Names of what a job has finished."""
    sealed = (file.parent.name for file in folder.path.glob(f"checkpoints/*/{SEAL}"))
    adapter = ("adapter",) * (folder.path / "adapter").is_dir()
    return (*(part.name for part in folder.finished_parts()), *sorted(sealed), *adapter)


def _last(file: Path) -> RunMark | None:
    """The mark of a run that was killed; None where none was, or the computer was started anew since."""
    try:
        last = read_json(RunMark, file, door=Door.STORE)
    except StudioError:
        return None
    return None if last.since < psutil.boot_time() else last
