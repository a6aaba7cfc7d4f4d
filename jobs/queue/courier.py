"""What a kind of job asks of whoever carries its folder between machines; see `jobs.remote.courier`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from jobs.queue.folder import JobFolder

Result = TypeVar("Result")


class Courier(Protocol):
    """Carries one job, or one set of an experiment."""

    def fetch(self) -> None:
        """Bring what the job needs."""

    def start(self) -> None:
        """Fetch, and from then on send results as they are made."""

    def delivered(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """The same work, which is over only when what it made has arrived."""

    def deliver(self) -> None:
        """Send everything that is new."""

    def hand_over(self, name: str) -> None:
        """Send a file of the job's folder that is the owner's from then on."""

    def clear(self) -> None:
        """Delete the worker's copy of a job's data, once all of it is delivered."""


class Couriers(Protocol):
    """Of one worker."""

    def at_work(self, job: JobFolder, number: int | None = None) -> AbstractContextManager[Courier]:
        """Carry a job, or one set of an experiment, while it is worked on."""

    def fetch_experiment(self, job: JobFolder) -> None:
        """Fetch what an experiment is to do."""
