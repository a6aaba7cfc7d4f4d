"""A job is a folder: specification, input, results and state, each file written whole or not at all."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from core.errors import InputError, JobError, StorageFull
from core.files import UNFINISHED, is_full_disk, whole_file
from core.values import Door, Value
from core.values.files import plain_json, read_json

SPEC, LOG, STATE, SCRATCH = "spec.json", "log.txt", "progress.json", "scratch"
WHY_CANCELLED = "cancelled.txt"
RUNNING_MARK = "running.json"  # there while a worker is at the job, and after it was killed
PAUSED = "paused"  # a file: the job takes up no further work; it says why where the user has not asked for that
_LOG_TAIL_BYTES = 4_000


@dataclass(frozen=True)
class JobState(Value):
    """Where a job stands, as its worker last wrote it.

    Attributes:
        stage: waiting, scoring, comparing, done, failed or cancelled.
        share: of the work, 0 to 1; rows that are short cost less than others.
        rate: units per second, None while unknown.
        error: the reason for the user, "" unless it failed.
        seconds: for how long it was worked on, over all its runs.
    """

    stage: str = "waiting"
    done: int = 0
    total: int = 0
    unit: str = "rows"
    share: float = 0.0
    rate: float | None = None
    eta_seconds: float | None = None
    message: str = ""
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job. Whoever has a copy of it can run the job, or see how it went."""

    path: Path

    @property
    def job_id(self) -> str:
        return self.path.name

    @property
    def input(self) -> Path:
        return self.path / "input"

    @property
    def parts(self) -> Path:
        return self.path / "parts"

    @property
    def log_file(self) -> Path:
        return self.path / LOG

    @property
    def scratch(self) -> Path:
        """What a worker keeps for itself while the job lasts; it does not travel, and can be computed again."""
        return self.path / SCRATCH

    def create(self) -> None:
        """Make the folder.

        Raises:
            StorageFull: there is no space left.
        """
        with raising_storage_full(self.path):
            self.input.mkdir(parents=True)
            self.parts.mkdir()

    def write_spec(self, spec: dict[str, Any]) -> None:
        with job_file(self.path / SPEC) as partial:
            partial.write_bytes(json.dumps(spec, indent=2).encode())

    def spec(self) -> dict[str, Any]:
        """The specification as it was written.

        Raises:
            JobError: it is gone or unreadable.
        """
        try:
            found = plain_json(self.path / SPEC)
            if isinstance(found, dict):
                return found
            raise InputError("The file is not a JSON object.", where=str(self.path / SPEC))
        except InputError as error:
            raise JobError(
                "The folder of this job is missing or damaged.", where=str(self.path), mend="Start the job again."
            ) from error

    def state(self) -> JobState:
        """What the worker last wrote; the beginning, if it has not written yet."""
        try:
            return read_json(JobState, self.path / STATE, door=Door.STORE)
        except InputError:
            return JobState()

    def write_state(self, state: JobState) -> None:
        with job_file(self.path / STATE, durable=False) as partial:
            partial.write_bytes(json.dumps(state.as_dict()).encode())

    @property
    def untouched(self) -> bool:
        """Whether no worker has written in it yet."""
        written = (self.path / STATE, self.log_file, self.path / "sets")
        return not any(each.exists() for each in written) and not self.finished_parts()

    def log(self, text: str) -> None:
        """Add a line with its time; a log that can't be written is no reason for a job to fail."""
        with suppress(OSError), self.log_file.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    def log_tail(self) -> str:
        """The last lines of the log, at most 4,000 bytes."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, self.log_file.stat().st_size - _LOG_TAIL_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    @property
    def why_cancelled(self) -> str:
        """Why it was cancelled, where not by the user's own word; else ""."""
        try:
            return (self.path / WHY_CANCELLED).read_text("utf-8")
        except OSError:
            return ""

    def tell_why_cancelled(self, why: str) -> None:
        """Keep why it is cancelled; "" where it goes on."""
        (self.path / WHY_CANCELLED).unlink(missing_ok=True)
        if why:
            (self.path / WHY_CANCELLED).write_text(why, "utf-8")

    def finished_parts(self) -> list[Path]:
        """The parts that are whole, in order of name."""
        try:
            return sorted(p for p in self.parts.iterdir() if p.suffix == ".parquet" and not p.name.startswith("."))
        except FileNotFoundError:
            return []

    def set_part_aside(self, part: Path) -> None:
        """Keep a part that can't be read where nobody takes it for a result, and say so in the log."""
        aside = self.path / "damaged"
        aside.mkdir(exist_ok=True)
        part.replace(aside / part.name)
        self.log(f"The result {part.name} was damaged and is set aside in {aside}. Start the job again to compute it.")

    def remove_unfinished(self) -> None:
        """Remove what a killed worker left half written."""
        for leftover in self.path.rglob(f"{UNFINISHED}*"):
            leftover.unlink(missing_ok=True)

    def drop_data(self) -> None:
        """Delete input and parts, once they are of no more use; specification, log and state stay."""
        shutil.rmtree(self.input, ignore_errors=True)
        shutil.rmtree(self.parts, ignore_errors=True)

    def drop_scratch(self) -> None:
        """Delete what a worker has kept for itself."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def remove(self) -> None:
        """Delete the whole folder, at once: nobody finds half of it, also where this process is killed."""
        gone = self.path.with_name(f"{UNFINISHED}{self.path.name}")
        with suppress(OSError):  # Windows keeps a folder with open files where it is
            self.path.rename(gone)
        for place in (gone, self.path):
            shutil.rmtree(place, ignore_errors=True)


def new_folder(jobs: Path) -> JobFolder:
    """The folder of a new job, not made yet, named after this second in UTC and at random."""
    return JobFolder(jobs / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(3)}")


def job_folder(jobs: Path, job_id: str) -> JobFolder:
    """The folder of a job by its id.

    Raises:
        JobError: that can't be an id.
    """
    if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", job_id):
        raise JobError("Job not found.", where=job_id, mend="Reload the page.")
    return JobFolder(jobs / job_id)


@contextmanager
def job_file(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """`whole_file` of a job's folder, which client and workers may write at the same moment.

    Raises:
        StorageFull: there is no space left.
    """
    with raising_storage_full(path.parent), whole_file(path, durable=durable, shared=True) as partial:
        yield partial


@contextmanager
def raising_storage_full(where: Path) -> Iterator[None]:
    """Tell what the system and libraries raise for a full disk as StorageFull."""
    try:
        yield
    except Exception as error:
        if not is_full_disk(error):
            raise
        raise StorageFull(
            "No space left on the disk.",
            where=str(where),
            mend="Free some space and retry the job; it resumes where it stopped.",
        ) from error


def folders(jobs: Path) -> Iterator[JobFolder]:
    """The folders of all jobs, in no order."""
    if not jobs.is_dir():
        return
    for path in jobs.iterdir():
        if path.is_dir() and not path.name.startswith("."):
            yield JobFolder(path)
