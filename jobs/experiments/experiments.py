"""Experiments as pages and commands see them: start, look, pause, resume, cancel, retry."""

from typing import TYPE_CHECKING

from core.errors import JobError
from jobs.client import JobClient
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.kind import KIND, SET_WORKFLOW, set_workflow_id
from jobs.experiments.state import PAUSED, ExperimentState, proposing_state, seconds_left, set_state
from jobs.queue.folder import JobFolder, JobState, job_folder, raising_storage_full
from jobs.queue.job import ACTIVE, CANCELLED, FAILED
from jobs.queue.settings import APPLICATION_VERSION

if TYPE_CHECKING:
    from dbos import WorkflowStatus

    from core.store import Store
    from jobs.experiments.new_experiment import NewExperiment


class Experiments:
    """The experiments of one queue."""

    def __init__(self, client: JobClient) -> None:
        self._client = client

    def start(self, store: "Store", wanted: "NewExperiment") -> int:
        """Keep an experiment and queue it; returns its number.

        Raises:
            JobError: no worker has ever run here, or there is nothing to run.
            StorageFull: there is no space left.
        """
        from jobs.experiments.new_experiment import new_experiment_folder

        self._client.queue()
        folder, experiment_id = new_experiment_folder(store, self._client.folder, wanted)
        try:
            self._client.enqueue(folder, KIND, wanted.priority)
        except BaseException:
            store.experiments.delete(experiment_id)
            raise
        return experiment_id

    def state(self, job_id: str) -> ExperimentState:
        """Where an experiment stands.

        Raises:
            JobError: its folder is gone.
        """
        folder = ExperimentFolder(job_folder(self._client.folder, job_id))
        known = self._known(job_id)
        spec, paused, ended = folder.spec(), folder.paused, folder.ended
        travels, cancelled = self._client.arrivals is not None, folder.cancelled
        sets = tuple(
            set_state(
                plan,
                known.get(set_workflow_id(job_id, plan.number)),
                folder.set_folder(plan.number),
                paused and plan.number not in cancelled,
                travels,
                bool(plan.source) and (folder.job.parts / folder.losses_part(plan.number)).exists(),
            )
            for plan in spec.sets
        )
        unknown = 0 if ended else spec.most_sets - len(sets)
        proposing, fault = proposing_state(known.get(job_id) if spec.grows and not ended else None, paused)
        left = seconds_left(sets, unknown)
        return ExperimentState(job_id, sets, paused, left, spec.most_sets, ended, proposing, fault, folder.why_paused)

    def pause(self, job_id: str) -> None:
        """Stop all sets that are not through, until `resume`. A running one keeps its last checkpoint.

        Raises:
            StorageFull: there is no space left.
        """
        folder = ExperimentFolder(job_folder(self._client.folder, job_id))
        with raising_storage_full(self._client.folder):
            folder.pause()
        folder.job.log("Paused by the user.")
        self._tell(folder)
        self._stop_all(job_id)

    def resume(self, job_id: str) -> None:
        """Go on with the sets that a pause has stopped.

        Raises:
            StorageFull: there is no space left.
        """
        folder, state = ExperimentFolder(job_folder(self._client.folder, job_id)), self.state(job_id)
        stopped = [each.plan.number for each in state.sets if each.status == PAUSED]
        folder.unpause()
        folder.job.log("Resumed by the user.")
        self._tell(folder)
        self._requeue(job_id, stopped)
        if state.proposing == PAUSED:
            self._client.rewind(job_id, KIND.queue)

    def cancel(self, job_id: str, number: int | None = None) -> None:
        """Stop one set, or all that are not through. What is finished stays.

        Raises:
            StorageFull: there is no space left.
        """
        folder = ExperimentFolder(job_folder(self._client.folder, job_id))
        folder.job.log(f"Cancelled by the user: {'all sets' if number is None else f'set {number}'}.")
        waiting = [each.plan.number for each in self.state(job_id).sets if each.status in (*ACTIVE, PAUSED)]
        with raising_storage_full(self._client.folder):
            folder.cancel(waiting if number is None else [number])
        if number is None:
            folder.unpause()
        self._tell(folder)
        if number is None:
            self._stop_all(job_id)
        else:
            self._stop(job_id, [number])

    def retry(self, job_id: str, number: int | None = None) -> None:
        """Queue a failed or cancelled set, or all of them, again; each goes on where it stopped.

        Raises:
            JobError: no set of the experiment has failed or was cancelled.
            StorageFull: there is no space left.
        """
        state, stopped = self.state(job_id), (FAILED, CANCELLED)
        again = [
            each.plan.number for each in state.sets if each.status in stopped and number in (None, each.plan.number)
        ]
        proposes = number is None and state.proposing in stopped
        if not again and not proposes:
            raise JobError("Only failed and cancelled sets can be retried.", where=job_id, mend="Reload the page.")
        self._requeue(job_id, again)
        if proposes:
            self._client.rewind(job_id, KIND.queue)

    def adapter(self, job_id: str, number: int) -> JobFolder:
        """The folder of a set; its `adapter/` is a PEFT folder once the set is tuned."""
        return ExperimentFolder(job_folder(self._client.folder, job_id)).set_folder(number)

    def has_folder(self, job_id: str) -> bool:
        """Whether anything of an experiment is in the jobs' folder."""
        return bool(job_id) and (self._client.folder / job_id).is_dir()

    def remove(self, store: "Store", experiment_id: int) -> None:
        """Stop and forget an experiment, its adapters and its losses, here and where they travelled through.

        Raises:
            FilesUnreachable: the remote folder does not answer; the experiment is stopped then, and kept.
        """
        job_id = store.experiments.get(experiment_id).job_id
        if self.has_folder(job_id):
            folder = JobFolder(self._client.folder / job_id)
            try:
                self.cancel(job_id)
            except JobError:  # its folder is damaged, which is no reason to keep it
                self._client.queue().cancel_workflows(list(self._known(job_id)))
            if self._client.arrivals:
                self._client.arrivals.remove(folder)
            folder.remove()
        store.experiments.delete(experiment_id)

    def _tell(self, folder: ExperimentFolder) -> None:
        """What the user did travels too."""
        if self._client.arrivals:
            self._client.arrivals.tell(folder.job)

    def _known(self, job_id: str) -> "dict[str, WorkflowStatus]":
        """What the queue knows of an experiment and its sets, by workflow id."""
        found = self._client.queue().list_workflows(
            workflow_id_prefix=job_id, name=[KIND.workflow, SET_WORKFLOW], load_input=False
        )
        return {each.workflow_id: each for each in found}

    def _stop_all(self, job_id: str) -> None:
        """Stop every set that is not through, and first who would propose more; then once more, as a search may have
        added one on the way."""
        if self.state(job_id).proposing in ACTIVE:
            with raising_storage_full(self._client.folder):
                self._client.queue().cancel_workflow(job_id)
        for _ in range(2):
            found = self.state(job_id).sets
            self._stop(job_id, [each.plan.number for each in found if each.status in (*ACTIVE, PAUSED)])

    def _stop(self, job_id: str, numbers: list[int]) -> None:
        """Stop sets, also those that the worker has not laid out yet: it finds them in the queue then, as stopped."""
        if not numbers:
            return
        known = self._known(job_id)
        for number in numbers:
            if set_workflow_id(job_id, number) not in known:
                self._enqueue(job_id, number)
        with raising_storage_full(self._client.folder):
            self._client.queue().cancel_workflows([set_workflow_id(job_id, number) for number in numbers])

    def _requeue(self, job_id: str, numbers: list[int]) -> None:
        known = self._known(job_id)
        experiment = ExperimentFolder(job_folder(self._client.folder, job_id))
        experiment.uncancel(numbers)
        for number in numbers:
            workflow_id = set_workflow_id(job_id, number)
            folder = experiment.set_folder(number)
            if folder.path.is_dir():
                folder.write_state(JobState(seconds=folder.state().seconds))
            if workflow_id in known:
                self._client.rewind(workflow_id, KIND.queue)
            else:
                self._enqueue(job_id, number)

    def _enqueue(self, job_id: str, number: int) -> None:
        """Queue one set from here; the worker, when it lays out the experiment, leaves it as it is then."""
        spec = ExperimentFolder(job_folder(self._client.folder, job_id)).spec()
        with raising_storage_full(self._client.folder):
            self._client.queue().enqueue(
                {
                    "workflow_name": SET_WORKFLOW,
                    "queue_name": KIND.queue,
                    "workflow_id": set_workflow_id(job_id, number),
                    "app_version": APPLICATION_VERSION,
                    "priority": spec.priority,
                },
                job_id,
                number,
            )
