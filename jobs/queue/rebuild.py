"""A queue whose database is damaged or gone is made again from the jobs' folders, which know everything else."""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import JobError, StudioError
from core.files import dated, sqlite_fault
from core.humanize import counted
from core.paths import StudioPaths
from core.values import Door, NotNegative, Value
from core.values.files import read_json
from core.values.plain import as_json
from jobs.queue.folder import JobFolder, folders, job_file
from jobs.queue.kinds import job_kinds
from jobs.queue.settings import APPLICATION, APPLICATION_VERSION
from jobs.queue.work import QueuedWork

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

LOST = ".queue-lost"  # a file that stands in the jobs' folder until what was lost is queued again
TOLD = "queue-rebuilt.json"
_LATER_SECONDS = 3600.0  # what has ended is queued for later, and is told to have ended before that
_WORKFLOWS = "workflow_status"  # DBOS's table; it has no way of its own to queue what has ended


class QueueDamaged(JobError):
    """The queue's database can't be read; the next worker makes it again."""


@dataclass(frozen=True)
class Rebuilt(Value):
    """What was made again, and when (Unix time); `aside` is where the damaged database is, "" where it was gone."""

    at: float
    aside: str
    waiting: NotNegative
    ended: NotNegative

    @property
    def told(self) -> str:
        """For the user."""
        why = f"was damaged (it is kept in {self.aside})" if self.aside else "was missing"
        moment = datetime.fromtimestamp(self.at, UTC).astimezone()
        counts = [f"{counted(self.waiting, 'job')} waiting"] * (self.waiting > 0)
        counts += [f"{counted(self.ended, 'job')} ended"] * (self.ended > 0)
        found = f" ({', '.join(counts)})" if counts else ""
        return (
            f"The queue's database {why}. It was made again from the jobs' folders on {moment:%d %b %Y, %H:%M}{found}. "
            "No results are lost."
        )


def queue_fault(database: Path) -> str:
    """What is wrong with the queue's database, in SQLite's words; "" where it is whole and holds a queue."""
    if fault := sqlite_fault(database):
        return fault
    from sqlalchemy import create_engine, inspect

    engine = create_engine(f"sqlite:///{database}")
    try:
        return "" if inspect(engine).has_table(_WORKFLOWS) else f"no such table: {_WORKFLOWS}"
    finally:
        engine.dispose()


def set_aside_if_lost(paths: StudioPaths) -> None:
    """Where the queue's database is damaged or gone while there are jobs, see that it is made again.

    Raises:
        QueueDamaged: its files can't be moved.
    """
    database, jobs = paths.jobs_database, paths.jobs
    if (database.exists() and not queue_fault(database)) or next(folders(jobs), None) is None:
        return
    aside = ""
    try:
        jobs.joinpath(LOST).touch()
        if database.exists():
            paths.damaged.mkdir(exist_ok=True)
            place = dated(paths.damaged, datetime.now())
            place.mkdir()
            for file in sorted(database.parent.glob(f"{database.name}*")):
                shutil.move(file, place / file.name)
            aside = str(place)
        jobs.joinpath(LOST).write_text(aside, "utf-8")
    except OSError as error:
        raise QueueDamaged(
            "The queue's database is damaged and cannot be moved away.",
            where=str(database),
            mend="Close the studio and start it again.",
        ) from error


def rebuild_if_lost(jobs: Path, url: str) -> Rebuilt | None:
    """Queue again what the folders of jobs say, where the queue was lost; its tables have to be there."""
    mark = jobs / LOST
    if not mark.exists():
        return None
    from dbos import DBOSClient

    from jobs.queue.serializer import plain_values

    client = DBOSClient(system_database_url=url, application_name=APPLICATION, serializer=plain_values())
    works = [each for folder in folders(jobs) for each in _work_of(folder)]
    try:
        for each in works:
            _queue(client, each)
    finally:
        client.destroy()
    ended = [each for each in works if each.ended]
    _tell_ended(url, ended)
    rebuilt = Rebuilt(time.time(), mark.read_text("utf-8"), len(works) - len(ended), len(ended))
    with job_file(jobs / TOLD, durable=False) as partial:
        partial.write_text(as_json(rebuilt, "queue"), "utf-8")
    mark.unlink()
    return rebuilt


def rebuilt(jobs: Path) -> Rebuilt | None:
    """What was made again and not read by the user yet."""
    try:
        return read_json(Rebuilt, jobs / TOLD, door=Door.STORE)
    except StudioError:
        return None


def forget_rebuilt(jobs: Path) -> None:
    """The user has read it."""
    (jobs / TOLD).unlink(missing_ok=True)


def _work_of(folder: JobFolder) -> Iterator[QueuedWork]:
    """What the queue knew of a job; nothing where its specification is gone, of which the check tells."""
    try:
        kind = job_kinds().get(folder.spec().get("kind", ""))
        if kind is not None:
            yield from kind.queued(folder)
    except StudioError as error:
        folder.log(f"Not queued again: {error}")


def _queue(client: "DBOSClient", work: QueuedWork) -> None:
    options: EnqueueOptions = {
        "workflow_name": work.workflow,
        "queue_name": work.queue,
        "workflow_id": work.workflow_id,
        "app_version": APPLICATION_VERSION,
    }
    if work.priority is not None:
        options["priority"] = work.priority
    if work.ended:
        options["delay_seconds"] = _LATER_SECONDS
    client.enqueue(options, *work.arguments)


def _tell_ended(url: str, works: Sequence[QueuedWork]) -> None:
    """Have the queue know of workflows how and when they ended."""
    from sqlalchemy import MetaData, Table, create_engine

    engine = create_engine(url)
    known = Table(_WORKFLOWS, MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        for work in works:
            times = {"created_at": int(work.created_at * 1000), "completed_at": int(work.ended_at * 1000)}
            row = known.update().where(known.c.workflow_uuid == work.workflow_id)
            connection.execute(row.values(status=work.ended, delay_until_epoch_ms=None, **times))
    engine.dispose()
