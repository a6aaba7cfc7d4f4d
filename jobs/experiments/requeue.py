"""What the queue knew of an experiment, told by its folder: the workflow that lays out its sets, and one for each."""

from collections.abc import Iterator

from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.kind import KIND, SET_WORKFLOW, set_workflow_id
from jobs.queue.folder import JobFolder
from jobs.queue.work import CANCELLED, SUCCESS, QueuedWork, created_at, ended_at, how_ended


def queued(folder: JobFolder) -> Iterator[QueuedWork]:
    """The sets as they stand, then the workflow that goes on from them.

    Raises:
        JobError: the experiment's specification is damaged.
    """
    experiment = ExperimentFolder(folder)
    spec, stopped = experiment.spec(), experiment.paused or how_ended(folder) == CANCELLED
    made = created_at(folder)
    for each in spec.sets:
        place = experiment.set_folder(each.number)
        measured = (folder.parts / experiment.losses_part(each.number)).exists()
        ended = SUCCESS if measured else how_ended(place) or (CANCELLED if stopped else "")
        arguments = (folder.job_id, each.number)
        name = set_workflow_id(folder.job_id, each.number)
        at = ended_at(place) if place.path.is_dir() else made
        yield QueuedWork(SET_WORKFLOW, KIND.queue, name, arguments, ended, made, at, spec.priority)
    over = SUCCESS if not spec.grows or experiment.ended else CANCELLED if stopped else ""
    yield QueuedWork(KIND.workflow, KIND.queue, folder.job_id, (folder.job_id,), over, made, made, spec.priority)
