"""A kind of job is one value: what is particular to it is asked of that value, and of nothing else.

A folder of `jobs` with a `kind.py` that defines `KIND` joins by being there. Importing one is cheap: models and DBOS
are loaded when it is registered or run.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jobs
from jobs.queue.settings import QUEUE, TUNING_QUEUE
from jobs.queue.work import QueuedWork, created_at, ended_at, how_ended

if TYPE_CHECKING:
    from jobs.queue.folder import JobFolder
    from jobs.queue.workflow import WorkerContext


@dataclass(frozen=True)
class Card:
    """How the Jobs page shows a job of a kind.

    Attributes:
        label: what such a job does, in a word or two.
        icon: of Streamlit's Material icons.
        page: the file of the page on which one is started and its results are seen.
        page_title: what that page is called.
        own_list: whether that page lists these jobs, so that the Jobs page does not.
    """

    label: str
    icon: str
    page: str
    page_title: str
    own_list: bool = False


@dataclass(frozen=True)
class Amount:
    """How much a job has to do: the cost that is known before it starts, and by which its time left is estimated."""

    count: int
    unit: str


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    Attributes:
        name: as `kind` in the specification of each such job.
        workflow: name of the DBOS workflow that runs it. Queued jobs carry both names: neither may ever change.
        needs_device: whether it needs a device for itself, as tuning does. Such jobs wait in a queue of their own.
        card: how the Jobs page shows it.
        read_spec: a specification's JSON as the kind's typed value; raises JobError where it is of another version.
        amount: how much a job of such a specification has to do.
        register: makes its workflows known to the queue, in a worker.
        works: what the queue knew of a job, by its folder, where that is more than one workflow.

    Its results are files in `parts/`, of which a table's module in `core.store` picks its own (`core.store.parts`).
    """

    name: str
    workflow: str
    needs_device: bool
    card: Card
    read_spec: Callable[[dict[str, Any]], Any]
    amount: Callable[[Mapping[str, Any]], Amount]
    register: "Callable[[WorkerContext], None]"
    works: "Callable[[JobFolder], Iterable[QueuedWork]] | None" = None

    def queued(self, folder: "JobFolder") -> "Iterable[QueuedWork]":
        """What the queue knew of a job, by its folder.

        Raises:
            JobError: its specification is damaged.
        """
        if self.works is not None:
            return self.works(folder)
        ended, made = how_ended(folder), created_at(folder)
        arguments = (folder.job_id,)
        return [QueuedWork(self.workflow, self.queue, folder.job_id, arguments, ended, made, ended_at(folder))]

    @property
    def queue(self) -> str:
        """In which queue it waits: those that need a device take hours, and the others minutes."""
        return TUNING_QUEUE if self.needs_device else QUEUE


@cache
def job_kinds() -> dict[str, JobKind]:
    """Every kind of job by its name."""
    folders = sorted(file.parent.name for file in Path(jobs.__file__).parent.glob("*/kind.py"))
    found = [importlib.import_module(f"jobs.{folder}.kind").KIND for folder in folders]
    return {each.name: each for each in found}


def kind_of(workflow: str) -> JobKind | None:
    """The kind whose jobs a workflow runs; None for a workflow of something else, such as a set of an experiment."""
    return next((each for each in job_kinds().values() if each.workflow == workflow), None)
