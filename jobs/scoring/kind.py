"""Scoring: the indicators of a dataset's rows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.paths import StudioPaths
from jobs.queue.kinds import Amount, Card, JobKind

if TYPE_CHECKING:
    from jobs.queue.workflow import Run, WorkerContext
    from jobs.scoring.spec import ScoringSpec

_RESERVE_BYTES = 2_000_000


def _read_spec(content: dict[str, Any]) -> "ScoringSpec":
    from jobs.scoring.spec import ScoringSpec

    return ScoringSpec.from_dict(content)


def _register(context: "WorkerContext") -> None:
    from jobs.queue.workflow import register_workflow

    one_at_a_time, reserve = threading.Lock(), context.jobs / ".reserve"

    @contextmanager
    def alone() -> Iterator[None]:
        with one_at_a_time:  # a job that was cancelled and retried at once may still be in its last step
            _keep_reserve(reserve)
            yield

    def run(job: "Run") -> None:
        from jobs.scoring.job import ScoringJob

        cache = StudioPaths(context.jobs.parent).influence
        ScoringJob(job.folder, context.models, job.cancelled, context.own_code, cache).run(job.step)

    register_workflow(context, KIND.workflow, run, held=alone, making_room=lambda: reserve.unlink(missing_ok=True))


def _keep_reserve(reserve: Path) -> None:
    """Hold some space on the disk, given free when a job fails, so that a full disk can still be told."""
    if reserve.exists():
        return
    try:
        reserve.write_bytes(bytes(_RESERVE_BYTES))
    except OSError:
        reserve.unlink(missing_ok=True)


KIND = JobKind(
    name="score",
    workflow="score",
    needs_device=False,
    card=Card("Scoring", ":material/bar_chart:", "pages/indicators/page.py", "Indicators"),
    read_spec=_read_spec,
    amount=lambda spec: Amount(spec.get("rows", 0) + spec.get("targeted_rows", 0), "rows"),
    register=_register,
)
