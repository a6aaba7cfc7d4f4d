"""Where an experiment stands, set by set, from what the queue knows and what the workers wrote."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobs.experiments.spec import SetPlan
from jobs.queue.folder import JobFolder, JobState
from jobs.queue.job import ACTIVE, CANCELLED, DONE, FAILED, QUEUED, RUNNING, STATUS, failure_reason
from jobs.queue.settings import APPLICATION_VERSION, MAX_ATTEMPTS

if TYPE_CHECKING:
    from dbos import WorkflowStatus

PAUSED = "paused"


@dataclass(frozen=True)
class SetState:
    """Where one set stands.

    Attributes:
        status: queued, running, done, failed, cancelled, or paused with its experiment.
        state: as its worker last wrote it.
        error: why it failed, a sentence for the user; "" unless it failed.
        seconds: how long it has run, or took, over all its starts; None before it began.
    """

    plan: SetPlan
    status: str
    state: JobState
    error: str
    seconds: float | None

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.status == DONE:
            return 1.0
        return min(1.0, self.state.done / self.state.total) if self.state.total else 0.0


@dataclass(frozen=True)
class ExperimentState:
    """Where an experiment stands: its sets in order, and when it may be through.

    Attributes:
        most_sets: how many there are, or may come to be in a search of the size.
        ended: why a search of the size has ended, a sentence for the user; "" while it goes on and for others.
        proposing: where the workflow stands that proposes the first sets of a search or a tournament; done for others.
        fault: why that has failed, a sentence for the user; else "".
        why_paused: why the worker has paused it, a sentence for the user; "" where the user has.
    """

    job_id: str
    sets: tuple[SetState, ...]
    paused: bool
    eta_seconds: float | None
    most_sets: int
    ended: str
    proposing: str = DONE
    fault: str = ""
    why_paused: str = ""

    @property
    def status(self) -> str:
        """done, failed (some set, none waiting), running, queued, paused or cancelled."""
        found = {self.proposing, *(each.status for each in self.sets)}
        for status in (RUNNING, QUEUED, PAUSED, FAILED, CANCELLED):
            if status in found:
                return status
        return DONE

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def share(self) -> float:
        """How much of all sets is done, 0 to 1."""
        return sum(each.share for each in self.sets) / self.most_sets if self.sets else 0.0

    def count(self, status: str) -> int:
        return sum(each.status == status for each in self.sets)


def set_state(
    plan: SetPlan,
    workflow: "WorkflowStatus | None",
    folder: JobFolder,
    paused: bool,
    travels: bool,
    known: bool = False,
) -> SetState:
    """Where a set stands; where results travel, it is done when they are here.

    Args:
        paused: with its experiment; not so a set that the user has cancelled.
        known: whether its losses are there without a workflow, from an earlier tournament.
    """
    state = folder.state()
    if workflow is None:
        waiting = PAUSED if paused else QUEUED
        return SetState(plan, DONE if known else waiting, state, "", None)
    status = STATUS.get(workflow.status, FAILED)
    error = ""
    if status in ACTIVE and workflow.app_version != APPLICATION_VERSION:
        status, error = FAILED, "This set was queued by another version of the studio. Retry it."
    elif status == CANCELLED and paused:
        status = PAUSED
    elif travels and status == DONE and state.stage != DONE:
        status, state = RUNNING, replace(state, message="Receiving results")
    elif workflow.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        error = f"The worker stopped {MAX_ATTEMPTS} times while running this set. Free some memory and retry it."
    elif status == FAILED:
        unsaid = "The set stopped for an unknown reason. See its log; retry resumes it."
        error = state.error or failure_reason(workflow) or unsaid
    return SetState(plan, status, state, error, state.seconds or None)


def proposing_state(workflow: "WorkflowStatus | None", paused: bool) -> tuple[str, str]:
    """Where the workflow stands that proposes the first sets, and why it has failed: see `ExperimentState`."""
    if workflow is None:
        return DONE, ""
    status = STATUS.get(workflow.status, FAILED)
    if status == FAILED:
        return FAILED, failure_reason(workflow) or "No sets could be proposed. See the worker's log."
    return (PAUSED, "") if status == CANCELLED and paused else (status, "")


def seconds_left(sets: tuple[SetState, ...], unknown: int) -> float | None:
    """Seconds until all sets are through, from those that are, by their rows; None before one is.

    Args:
        unknown: how many sets a search may still add, each taken to be as large as those known are on average.
    """
    done = [each for each in sets if each.status == DONE and each.seconds and each.plan.rows]
    waiting = [each for each in sets if each.status in (*ACTIVE, PAUSED)]
    rows = sum(each.plan.rows for each in done)
    if not waiting:
        return 0.0
    if not rows:
        return None
    per_row = sum(each.seconds or 0.0 for each in done) / rows
    tuned = [each.plan.rows for each in sets if each.plan.rows]
    coming = unknown * sum(tuned) / len(tuned)
    return per_row * (coming + sum(each.plan.rows * (1 - each.share) for each in waiting))
