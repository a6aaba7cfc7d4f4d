"""Answers: two models answer the same instructions, for a comparison."""

from typing import TYPE_CHECKING, Any

from jobs.queue.kinds import Amount, Card, JobKind

if TYPE_CHECKING:
    from jobs.answers.spec import AnswersSpec
    from jobs.queue.workflow import Run, WorkerContext


def _read_spec(content: dict[str, Any]) -> "AnswersSpec":
    from jobs.answers.spec import AnswersSpec

    return AnswersSpec.from_dict(content)


def _register(context: "WorkerContext") -> None:
    from jobs.queue.workflow import register_workflow

    def run(job: "Run") -> None:
        from jobs.answers.job import AnswersJob

        AnswersJob(job.folder, context.models, job.device, job.cancelled).run(job.step)

    register_workflow(context, KIND.workflow, run, held=context.devices.lent)


KIND = JobKind(
    name="answers",
    workflow="answers",
    needs_device=True,
    card=Card("Answers", ":material/compare_arrows:", "pages/compare/page.py", "Compare"),
    read_spec=_read_spec,
    amount=lambda spec: Amount(spec.get("rows", 0), "answers"),
    register=_register,
)
