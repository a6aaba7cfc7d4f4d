"""The durable queue as worker and client both see it: where its database is, and under which names they meet there."""

import socket
from collections.abc import Mapping

from core.paths import StudioPaths
from core.progress import Cancelled

QUEUE = "studio"
APPLICATION = "instructmining-studio"
# Workflows of another version are neither run nor recovered: change it together with jobs.spec.SPEC_VERSION
# or with the order of a workflow's steps.
APPLICATION_VERSION = "1"
SCORE_WORKFLOW = "score"
# Tuning takes hours and scoring minutes: each has a queue of its own, so that neither waits for the other.
TUNING_QUEUE = "studio-tuning"
EXPERIMENT_WORKFLOW = "experiment"
SET_WORKFLOW = "experiment-set"
# A job that takes its worker down with it every time is given up after so many attempts.
MAX_ATTEMPTS = 20


def database_url(paths: StudioPaths, environment: Mapping[str, str]) -> str:
    """`STUDIO_JOBS_URL` (PostgreSQL, for several worker machines) if set, else SQLite in the data folder."""
    return environment.get("STUDIO_JOBS_URL", "") or f"sqlite:///{paths.jobs_database}"


def executor_id(url: str) -> str:
    """The name under which a worker takes up again what it had begun: it has to be the same after a restart."""
    return "studio" if url.startswith("sqlite") else f"studio-{socket.gethostname()}"


def stopped_by_user() -> tuple[type[BaseException], ...]:
    """What ends a workflow that was cancelled: our word or the queue's.

    A cancelled workflow is nobody's any more, and the queue may say so when a step ends, before the step itself asks.
    """
    from dbos import error

    return (Cancelled, error.DBOSWorkflowCancelledError, error.DBOSWorkflowConflictIDError)


def set_workflow_id(job_id: str, number: int) -> str:
    """Under which id the queue knows one set of an experiment."""
    return f"{job_id}.{number:04d}"
