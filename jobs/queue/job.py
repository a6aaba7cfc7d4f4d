"""A job as pages and commands see it: what the queue knows of it, and what its worker wrote in its folder."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import JobError, StudioError
from jobs.queue.folder import JobFolder, JobState
from jobs.queue.kinds import Amount, JobKind
from jobs.queue.settings import APPLICATION_VERSION, MAX_ATTEMPTS

if TYPE_CHECKING:
    from dbos import WorkflowStatus

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
ACTIVE = (QUEUED, RUNNING)
STATUS = {"DELAYED": QUEUED, "ENQUEUED": QUEUED, "PENDING": RUNNING, "SUCCESS": DONE, "CANCELLED": CANCELLED}


@dataclass(frozen=True)
class Job:
    """A job as a page shows it.

    Attributes:
        kind: the name of its `JobKind`.
        status: queued, running, done, failed or cancelled.
        done, total, unit: how far it is.
        share: of the work, 0 to 1; units are not all of like cost.
        rate: units per second, None while unknown.
        eta_seconds: what is left at that rate, None while unknown.
        message: what it does now.
        error: why it failed, or was cancelled by something else than the user's word, a sentence; else "".
        log_tail: the last lines of its log.
    """

    id: str
    kind: str
    title: str
    status: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    unit: str
    share: float
    rate: float | None
    eta_seconds: float | None
    message: str
    error: str
    log_tail: str


def job_of(
    workflow: "WorkflowStatus", kind: JobKind, folder: JobFolder, worked_on: bool = True, travels: bool = False
) -> Job:
    """A job as a page shows it; where results travel, it is done when they are here."""
    state = folder.state()
    try:
        spec = folder.spec()
    except JobError as error:
        spec, state = {}, JobState(error=str(error))
    status = STATUS.get(workflow.status, FAILED)
    if travels and status == DONE and spec and state.stage != DONE:
        status, state = RUNNING, replace(state, message="Receiving results")
    outdated = status in ACTIVE and workflow.app_version != APPLICATION_VERSION
    if outdated:
        status = FAILED
    running = status == RUNNING
    amount = kind.amount(spec) if spec else Amount(0, state.unit)
    return Job(
        id=workflow.workflow_id,
        kind=kind.name,
        title=spec.get("title", "Job without folder"),
        status=status,
        created_at=_moment(workflow.created_at) or datetime.now(UTC),
        started_at=_moment(workflow.dequeued_at),
        finished_at=None if status in ACTIVE else _moment(workflow.completed_at),
        done=state.done,
        total=state.total or amount.count,
        unit=state.unit if state.total else amount.unit,
        share=state.share,
        rate=state.rate if running and worked_on else None,
        eta_seconds=state.eta_seconds if running and worked_on else None,
        message=(state.message if worked_on else "Waiting for the worker") if running else "",
        error=_reason(workflow, state, outdated) if status == FAILED else folder.why_cancelled * (status == CANCELLED),
        log_tail=folder.log_tail(),
    )


def _reason(workflow: "WorkflowStatus", state: JobState, outdated: bool) -> str:
    if outdated:
        return "This job was made by another version of the studio. Start it again on its page."
    if workflow.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return f"The worker stopped {MAX_ATTEMPTS} times while running this job. Free some memory and retry it."
    return (
        state.error
        or failure_reason(workflow)
        or "The job stopped for an unknown reason. See its log; retry resumes it."
    )


def failure_reason(workflow: "WorkflowStatus") -> str:
    """Why a workflow failed, where that was for the user: what its worker said may not have come through."""
    return str(workflow.error) if isinstance(workflow.error, StudioError) else ""


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
