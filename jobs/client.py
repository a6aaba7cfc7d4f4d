"""The queue as pages and commands see it: enqueue, look, cancel, retry, and take results into the store.

Importing this is cheap: neither torch nor DBOS is loaded before the first job is asked for.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from core.errors import JobError
from core.paths import StudioPaths
from jobs.queue.damaged import TellingClient, telling_damage
from jobs.queue.folder import JobFolder, folders, job_folder, raising_storage_full
from jobs.queue.heartbeat import Heartbeat, WorkerState
from jobs.queue.job import ACTIVE, CANCELLED, DONE, FAILED, STATUS, Job, job_of
from jobs.queue.kinds import JobKind, job_kinds, kind_of
from jobs.queue.settings import APPLICATION, APPLICATION_VERSION, database_url
from jobs.queue.taking import take_parts
from jobs.queue.unqueued import queue_unqueued, remove_unqueued
from jobs.queue.work import AGAIN, CANCELLED_BY_USER

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

    from core.store import Store
    from jobs.remote.arrivals import Arrivals

_ACTIVE_STATUSES = [name for name, status in STATUS.items() if status in ACTIVE]


class JobClient:
    """One for a process; its threads share it.

    Attributes:
        queueing: held by who looks at what is under way and queues what is not, so that no two queue the same.
    """

    def __init__(
        self, paths: StudioPaths, jobs_url: str = "", patience_seconds: float = 30.0, files_url: str = ""
    ) -> None:
        """The queue is not opened yet; results begin to arrive where they travel through a remote folder.

        Args:
            paths: the data folder, the same as the worker's.
            jobs_url: `STUDIO_JOBS_URL`, "" for SQLite in the data folder.
            patience_seconds: how long to wait for a worker that is only just starting for the first time.
            files_url: `STUDIO_JOBS_FILES`, "" where workers see the data folder.

        Raises:
            JobError: that address can't be used.
        """
        self._jobs = paths.jobs
        self._url = database_url(paths, jobs_url)
        self._patience_seconds = patience_seconds
        self._opening = threading.Lock()
        self._taking, self.queueing = threading.Lock(), threading.Lock()
        self._client: DBOSClient | None = None
        self._database = None if jobs_url else paths.jobs_database
        self._file: int | None = None
        self._taken: dict[str, set[str]] = {}
        self.arrivals = self._arrivals(files_url) if files_url else None

    def enqueue(self, folder: JobFolder, kind: JobKind, priority: int | None = None) -> None:
        """Queue the job of a folder; where that fails the folder is removed.

        Args:
            priority: among jobs of its queue, 1 first; None goes before all that have one.

        Raises:
            JobError: no worker has ever run here.
            StorageFull: there is no space left.
        """
        try:
            self._enqueue(folder, kind, priority)
        except BaseException:
            folder.remove()
            raise

    def _enqueue(self, folder: JobFolder, kind: JobKind, priority: int | None) -> None:
        queue = self.queue()
        if self.arrivals:
            self.arrivals.send(folder)
        options: EnqueueOptions = {
            "workflow_name": kind.workflow,
            "queue_name": kind.queue,
            "workflow_id": folder.job_id,
            "app_version": APPLICATION_VERSION,
        }
        if priority is not None:
            options["priority"] = priority
        with raising_storage_full(self._jobs):
            queue.enqueue(options, folder.job_id)

    def jobs(self, newest: int | None = 200) -> list[Job]:
        """The newest jobs of the Jobs page and all that wait or run, newest first; none while no worker has ever run.

        Args:
            newest: how many; None for all.
        """
        if not Heartbeat.every(self._jobs):
            return []
        kinds = {each.workflow: each for each in job_kinds().values() if not each.card.own_list}
        named: dict[str, Any] = {"name": list(kinds), "sort_desc": True, "load_input": False}
        found = self.queue().list_workflows(limit=newest, **named)
        if newest is not None and len(found) == newest:
            known = {each.workflow_id for each in found}
            active = self.queue().list_workflows(status=_ACTIVE_STATUSES, **named)
            found += [each for each in active if each.workflow_id not in known]
        worked_on = self.worker_alive().alive
        travels = self.arrivals is not None
        return [
            job_of(each, kinds[each.name], JobFolder(self._jobs / each.workflow_id), worked_on, travels)
            for each in found
        ]

    def under_way(self, kind: JobKind) -> list[tuple[str, Any]]:
        """Ids and specifications of the jobs of a kind that wait or run.

        Raises:
            JobError: the folder of one is damaged.
        """
        active = [each.id for each in self.jobs() if each.kind == kind.name and each.status in ACTIVE]
        return [(job_id, kind.read_spec(JobFolder(self._jobs / job_id).spec())) for job_id in active]

    def job(self, job_id: str) -> Job:
        """One of these jobs.

        Raises:
            JobError: there is no such job.
        """
        folder = job_folder(self._jobs, job_id)
        workflow, kind = self._known(job_id)
        return job_of(workflow, kind, folder, self.worker_alive().alive, self.arrivals is not None)

    def cancel(self, job_id: str, why: str = "") -> None:
        """Stop a job: a waiting one at once, a running one after the batch in hand, some seconds later.

        What it has computed stays. One that has ended already is left as it is.

        Args:
            why: a sentence for the user; "" where the user has cancelled it.

        Raises:
            JobError: there is no such job.
            StorageFull: there is no space left; it goes on.
        """
        folder = job_folder(self._jobs, job_id)
        if STATUS.get(self._known(job_id)[0].status) in ACTIVE:
            with raising_storage_full(self._jobs):
                self.queue().cancel_workflow(job_id)
            if why:
                folder.tell_why_cancelled(why)
            folder.log(f"{CANCELLED_BY_USER}." if not why else f"{CANCELLED_BY_USER}: {why}")

    def retry(self, job_id: str) -> None:
        """Put a failed or cancelled job back into the queue. It goes on where it stopped.

        Raises:
            JobError: there is no such job, or its status is another one.
            StorageFull: there is no space left; it stays as it is.
        """
        folder = job_folder(self._jobs, job_id)
        workflow, kind = self._known(job_id)
        if job_of(workflow, kind, folder).status not in (FAILED, CANCELLED):
            raise JobError("Only failed and cancelled jobs can be retried.", where=job_id, mend="Reload the page.")
        folder.tell_why_cancelled("")
        folder.log(AGAIN)
        if self.arrivals:
            self.arrivals.tell(folder)
        self.rewind(job_id, kind.queue)

    def rewind(self, job_id: str, queue_name: str) -> None:
        """Queue a workflow that has ended anew; so it goes on where it stopped.

        Raises:
            StorageFull: there is no space left.
        """
        client = self.queue()
        with raising_storage_full(self._jobs):
            client.cancel_workflow(job_id)  # one made by another version still waits, and rewinding needs an ended one
            client.rewind_workflow(job_id, queue_name=queue_name, application_version=APPLICATION_VERSION)

    def take_in(self, store: "Store") -> int:
        """Take new results of all jobs into the store; how many scores and embeddings were new.

        Cheap when nothing is new. Once a finished job is taken in whole, its input and parts are deleted.
        """
        added = 0
        with self._taking:
            for folder in folders(self._jobs):
                if not folder.parts.is_dir():
                    continue
                finished = folder.state().stage == DONE
                known = self._taken.setdefault(folder.job_id, set())
                fresh = [part for part in folder.finished_parts() if part.name not in known]
                if fresh:
                    added += take_parts(store, folder, fresh)
                    known.update(part.name for part in fresh)
                if finished:
                    folder.drop_data()
                    if self.arrivals:
                        self.arrivals.drop_data(folder)
                    del self._taken[folder.job_id]
        return added

    def queue_begun(self, ids: Iterable[str]) -> int:
        """Queue jobs that the store knows and the queue does not, as their process was killed between; how many.

        Args:
            ids: of the jobs that the store knows.

        Raises:
            StorageFull: there is no space left.
        """
        return queue_unqueued(self._jobs, ids, self._known_ids, self._enqueue) if Heartbeat.every(self._jobs) else 0

    def remove_unqueued(self) -> int:
        """Delete folders of jobs whose process was killed before it could queue them; how many.

        Only where the queue is the folder's own: another one may know them.
        """
        if self._database is None or self.arrivals or not Heartbeat.every(self._jobs):
            return 0
        return remove_unqueued(self._jobs, self._known_ids)

    def _known_ids(self, ids: list[str]) -> set[str]:
        return {each.workflow_id for each in self.queue().list_workflows(workflow_ids=ids, load_input=False)}

    def forget_taken(self) -> None:
        """Ask the store again which results it has: it may be an earlier one now."""
        with self._taking:
            self._taken = {}

    def worker_alive(self) -> WorkerState:
        """Whether a worker lives, which process it is and since when; of several, one that lives."""
        states = [each.state() for each in Heartbeat.every(self._jobs)]
        return next((each for each in states if each.alive), states[0] if states else WorkerState(None, False, None))

    def close(self) -> None:
        """Let go of the queue's database, and look for results no more."""
        if self.arrivals:
            self.arrivals.stop()
        with self._opening:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def _known(self, job_id: str) -> "tuple[WorkflowStatus, JobKind]":
        """What the queue knows of a job, and of which kind it is.

        Raises:
            JobError: there is no such job.
        """
        found = self.queue().list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
        kind = kind_of(found[0].name) if found else None
        if kind is None:
            raise JobError("Job not found.", where=job_id, mend="Reload the page.")
        return found[0], kind

    @property
    def folder(self) -> Path:
        """Where the folders of jobs are."""
        return self._jobs

    def queue(self) -> "DBOSClient":
        """The queue itself. The worker makes its tables, so it must have run once.

        Raises:
            JobError: no worker has ever run here.
        """
        with self._opening:
            if self._client is not None and self._file != _identity(self._database):
                self._client.destroy()  # the worker has made a damaged database anew
                self._client = None
            if self._client is None:
                self._wait_for_tables()
                from dbos import DBOSClient

                from jobs.queue.serializer import plain_values

                with telling_damage(self._database):
                    opened = DBOSClient(
                        system_database_url=self._url, application_name=APPLICATION, serializer=plain_values()
                    )
                self._client = cast("DBOSClient", TellingClient(opened, self._database))
                self._file = _identity(self._database)
            return self._client

    def _arrivals(self, url: str) -> "Arrivals":
        from jobs.remote.arrivals import Arrivals
        from jobs.remote.files import RemoteFiles

        return Arrivals(RemoteFiles(url), self._jobs, self.active)

    def active(self) -> set[str]:
        """Ids of the jobs of which something waits or runs; none while no worker has ever run."""
        if not Heartbeat.every(self._jobs):
            return set()
        found = self.queue().list_workflows(status=_ACTIVE_STATUSES, load_input=False, load_output=False)
        return {each.workflow_id.split(".")[0] for each in found}

    def _wait_for_tables(self) -> None:
        until = time.monotonic() + self._patience_seconds
        while not Heartbeat.every(self._jobs):
            if time.monotonic() > until:
                raise JobError(
                    "No worker has run on this data folder yet.",
                    where=str(self._jobs.parent),
                    mend="Start the studio (`python start.py`) or a worker (`python -m jobs.worker`).",
                )
            time.sleep(0.1)


def _identity(database: Path | None) -> int | None:
    """Which file the queue is in; None where it is in none, or gone."""
    try:
        return database.stat().st_ino if database else None
    except OSError:
        return None
