"""Experiments: a model is tuned on each of several sets, and measured."""

from typing import TYPE_CHECKING, Any

from jobs.queue.kinds import Amount, Card, JobKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.experiments.spec import ExperimentSpec
    from jobs.queue.folder import JobFolder
    from jobs.queue.work import QueuedWork
    from jobs.queue.workflow import WorkerContext


def _read_spec(content: dict[str, Any]) -> "ExperimentSpec":
    from jobs.experiments.spec import ExperimentSpec

    return ExperimentSpec.from_dict(content)


def _register(context: "WorkerContext") -> None:
    from jobs.experiments.workflows import register_experiments

    register_experiments(context)


def _queued(folder: "JobFolder") -> "Iterator[QueuedWork]":
    from jobs.experiments.requeue import queued

    return queued(folder)


KIND = JobKind(
    name="experiment",
    workflow="experiment",
    needs_device=True,
    card=Card("Experiment", ":material/science:", "pages/experiments/page.py", "Experiments", own_list=True),
    read_spec=_read_spec,
    amount=lambda spec: Amount(len(spec.get("sets", ())), "sets"),
    register=_register,
    works=_queued,
)

# A set is tuned by a workflow of its own, so that each waits, stops and is retried by itself. Queued sets carry the
# name, and their ids.
SET_WORKFLOW = "experiment-set"


def set_workflow_id(job_id: str, number: int) -> str:
    """Under which id the queue knows one set of an experiment."""
    return f"{job_id}.{number:04d}"
