"""The durable queue as worker and client both see it: where its database is, and under which names they meet there."""

import re
import socket

from core.paths import StudioPaths
from core.progress import Cancelled

QUEUE = "studio"
# Tuning takes hours and scoring minutes: each has a queue of its own, so that neither waits for the other. In the one
# for whatever needs a device a job without a priority goes before sets of experiments.
TUNING_QUEUE = "studio-tuning"
APPLICATION = "instructmining-studio"
# Workflows of another version are neither run nor recovered: change it together with jobs.scoring.spec.SPEC_VERSION
# or with the order of a workflow's steps, or with how the queue keeps values.
APPLICATION_VERSION = "2"
# A job that takes its worker down with it every time is given up after so many attempts.
MAX_ATTEMPTS = 20


def database_url(paths: StudioPaths, jobs_url: str) -> str:
    """Where the queue is: `STUDIO_JOBS_URL` (PostgreSQL, for several worker machines), "" for SQLite in the folder."""
    return jobs_url or f"sqlite:///{paths.jobs_database}"


def worker_name(url: str, chosen: str) -> str:
    """What tells a worker from others on its queue: "" on SQLite, where there is one, else what was chosen or the host.

    It has to be the same after a restart, so that a worker takes up again what it had begun.
    """
    if url.startswith("sqlite"):
        return ""
    return re.sub(r"[^A-Za-z0-9-]+", "-", chosen or socket.gethostname())


def executor_id(name: str) -> str:
    """Under which the queue knows the worker of that name."""
    return f"{APPLICATION}-{name}" if name else "studio"


def stopped_by_user() -> tuple[type[BaseException], ...]:
    """What ends a workflow that was cancelled: our word or the queue's.

    A cancelled workflow is nobody's any more, and the queue may say so when a step ends, before the step itself asks.
    """
    from dbos import error

    return (Cancelled, error.DBOSWorkflowCancelledError, error.DBOSWorkflowConflictIDError)
