"""Maps: where each row lies in the plane, by its embedding."""

from typing import TYPE_CHECKING, Any

from jobs.queue.kinds import Amount, Card, JobKind

if TYPE_CHECKING:
    from jobs.maps.spec import MapSpec
    from jobs.queue.workflow import Run, WorkerContext


def _read_spec(content: dict[str, Any]) -> "MapSpec":
    from jobs.maps.spec import MapSpec

    return MapSpec.from_dict(content)


def _register(context: "WorkerContext") -> None:
    from jobs.maps.job import MapJob
    from jobs.queue.workflow import register_workflow

    def run(job: "Run") -> None:
        MapJob(job.folder, job.cancelled).run(job.step)

    register_workflow(context, KIND.workflow, run)


KIND = JobKind(
    name="map",
    workflow="map",
    needs_device=False,
    card=Card("Map", ":material/hub:", "pages/map/page.py", "Map"),
    read_spec=_read_spec,
    amount=lambda spec: Amount(spec.get("rows", 0), "rows"),
    register=_register,
)
