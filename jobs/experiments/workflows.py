"""Experiments on the worker: a workflow that lays out the sets, and one for each set, as many at once as devices."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.models.profiles import profile
from core.rows.candidate_set import UNTUNED
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.kind import KIND, SET_WORKFLOW, set_workflow_id
from jobs.experiments.next_sets import next_sets
from jobs.experiments.set_job import SetJob
from jobs.queue.attempts import WorkerKilled
from jobs.queue.courier import Courier
from jobs.queue.durable import cancelled_in_queue, durable, recording_failure
from jobs.queue.folder import PAUSED, JobFolder, job_folder
from jobs.queue.settings import APPLICATION_VERSION, MAX_ATTEMPTS
from jobs.queue.workflow import WorkerContext

PAUSES = (
    "The other sets wait, as they need as much memory. Close other programs and resume; or clone the experiment with "
    "fewer tokens per row, a smaller batch, fewer LoRA target modules or a smaller model."
)


def register_experiments(context: WorkerContext) -> None:
    """Make both workflows known to the queue."""
    from dbos import DBOS

    jobs, couriers = context.jobs, context.couriers

    @DBOS.workflow(name=KIND.workflow, max_recovery_attempts=MAX_ATTEMPTS)
    def experiment(job_id: str) -> None:
        folder = job_folder(jobs, job_id)
        couriers.fetch_experiment(folder)
        spec = ExperimentFolder(folder).spec()
        if spec.grows:
            queue_sets(job_id, spec.priority, [UNTUNED])
            go_on(folder, spec.priority)
        else:
            queue_sets(job_id, spec.priority, [each.number for each in spec.sets])

    def queue_sets(job_id: str, priority: int, numbers: list[int]) -> None:
        """Queue sets; one that the queue knows already stays as it is."""
        for number in numbers:
            DBOS.enqueue_workflow_with_options(
                {
                    "workflow_name": SET_WORKFLOW,
                    "queue_name": KIND.queue,
                    "workflow_id": set_workflow_id(job_id, number),
                    "app_version": APPLICATION_VERSION,
                    "priority": priority,
                },
                job_id,
                number,
            )

    def go_on(folder: JobFolder, priority: int) -> None:
        """Queue what comes next in a search or a tournament; the step keeps it for a workflow that is run again."""

        def propose() -> list[int]:
            with couriers.at_work(folder) as courier:
                courier.fetch()
                numbers = next_sets(ExperimentFolder(folder))
                courier.deliver()
                return numbers

        queue_sets(folder.job_id, priority, DBOS.run_step({"name": "propose"}, propose))

    @contextmanager
    def pausing_the_others(experiment: ExperimentFolder, number: int, courier: Courier) -> Iterator[None]:
        """Where a set takes its worker down with it, stop the others that most likely would as well."""
        try:
            yield
        except WorkerKilled:
            if others := experiment.as_heavy_as(number):
                told = f"The worker was killed twice at set {number} ({experiment.spec().plan(number).name}). {PAUSES}"
                experiment.pause(told)
                courier.hand_over(PAUSED)
                experiment.job.log(told)
                queue_sets(experiment.job.job_id, experiment.spec().priority, others)
                for each in others:
                    DBOS.cancel_workflow(set_workflow_id(experiment.job.job_id, each))
            raise

    @DBOS.workflow(name=SET_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def experiment_set(job_id: str, number: int) -> None:
        experiment_folder = ExperimentFolder(job_folder(jobs, job_id))
        folder = experiment_folder.set_folder(number)
        cancelled = cancelled_in_queue(set_workflow_id(job_id, number))
        with (
            context.runs.one(),
            context.devices.lent() as device,
            couriers.at_work(experiment_folder.job, number) as courier,
            recording_failure(folder, lambda: folder.path.mkdir(parents=True, exist_ok=True)),
        ):
            courier.start()
            spec = experiment_folder.spec()
            models = context.models.of(profile(spec.profile))
            with pausing_the_others(experiment_folder, number, courier), context.attempts.one(folder):
                SetJob(experiment_folder, number, models, device, cancelled).run(durable(courier))
            courier.deliver()
            if spec.grows and number != UNTUNED:
                go_on(experiment_folder.job, spec.priority)
            if experiment_folder.measured:
                experiment_folder.job.drop_scratch()
