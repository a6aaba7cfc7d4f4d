"""What experiments have measured, and what they left behind."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import JobError, ValueRefused
from core.experiments.plan import ExperimentPlan
from core.indicators import registry
from core.rows.candidate_set import CandidateSet
from core.values import Door, read
from jobs.api.experiments import ExperimentSection
from jobs.api.lookup import Which
from jobs.api.section import Section
from jobs.api.session import Session
from jobs.experiments.folder import ExperimentFolder
from jobs.queue.folder import job_folder

if TYPE_CHECKING:
    from core.finetune.speed import Speed
    from core.progress import Progress
    from jobs.queue.folder import JobFolder


class MeasurementSection(Section):
    """Losses, training curves, adapters and speeds. An experiment is meant by its number or name.

    Every method that is asked of an experiment raises StoreError where there is none.
    """

    name = "measurements"

    def __init__(self, session: Session, experiments: ExperimentSection) -> None:
        super().__init__(session)
        self._experiments = experiments

    def counts(self) -> Mapping[str, int]:
        """How many sets have a loss, by the job of the experiment."""
        return self._store.experiments.measured_counts()

    def table(self, experiment: Which) -> pd.DataFrame:
        """A line a set, with its mean indicators, its losses and its status, as `core.experiments.result_table`."""
        from core.experiments.result_table import result_table

        saved = self._experiments.get(experiment)
        means = self._store.experiments.indicator_means(saved.experiment_id, list(registry()))
        found = result_table(self.sets(experiment), means, self._store.experiments.losses(saved.job_id))
        state = self._experiments.state(experiment)
        known = {each.plan.number: each.status for each in state.sets} if state else {}
        measured = found["loss_per_example"].notna().map({True: "done", False: "not measured"})
        found["status"] = found["number"].map(known).fillna(measured)
        return found

    def sets(self, experiment: Which) -> list[CandidateSet]:
        """The candidate sets, in order from number 1."""
        return self._store.experiments.candidate_sets(self._experiments.get(experiment).experiment_id)

    def losses(self, experiment: Which) -> pd.DataFrame:
        """A line a measured set, as `core.store.experiments.ExperimentTables.losses`."""
        return self._store.experiments.losses(self._experiments.get(experiment).job_id)

    def example_losses(self, experiment: Which, numbers: Sequence[int] | None = None) -> pd.DataFrame:
        """The losses of single examples, of some sets or of all."""
        return self._store.experiments.example_losses(self._experiments.get(experiment).job_id, numbers)

    def curves(self, experiment: Which) -> dict[int, list[dict[str, Any]]]:
        """The training curve of each set that has begun, by its number: step, epoch, loss, learning_rate, seconds."""
        from core.finetune.curve import CURVE, read_curve

        found = {number: read_curve(folder.path / CURVE) for number, folder in self._folders(experiment).items()}
        return {number: curve for number, curve in found.items() if curve}

    def adapters(self, experiment: Which) -> dict[int, Path]:
        """The PEFT folder of each tuned set, by its number, as far as it is here."""
        found = {number: folder.path / "adapter" for number, folder in self._folders(experiment).items()}
        return {number: adapter for number, adapter in found.items() if adapter.is_dir()}

    def logs(self, experiment: Which) -> dict[int, str]:
        """The last lines of each set's log, by its number; 0 is the untuned model."""
        return {number: folder.log_tail() for number, folder in self._folders(experiment).items()}

    def speed(self, plan: ExperimentPlan) -> "Speed | None":
        """How fast this machine tunes as a plan says: as measured, else by finished runs; None without either."""
        from core.finetune.speed import Speed

        with suppress(ValueRefused):  # an older or damaged one is measured again
            return read(Speed, self._store.settings.get(_key(plan)), door=Door.STORE)
        tokens, seconds = 0, 0.0
        for each in self._store.experiments.all():
            tuning = each.spec.get("tuning", {})
            if (each.spec.get("profile"), tuning.get("precision")) == (plan.profile, plan.precision):
                runs = self._store.experiments.losses(each.job_id).dropna(subset=["trained_tokens", "tuning_seconds"])
                tokens += int(runs["trained_tokens"].sum())
                seconds += float(runs["tuning_seconds"].sum())
        return Speed.of_runs(tokens, seconds) if tokens and seconds else None

    def measure_speed(self, plan: ExperimentPlan, progress: "Progress | None" = None) -> "Speed":
        """Tune and measure here for about half a minute, and keep how fast that was.

        Raises:
            StudioError: the model can't be tuned here.
        """
        from core.finetune.probe import measure_here
        from core.finetune.settings import Precision

        models, told = self._session.paths.models, progress or self._session.progress
        found = measure_here(plan.profile, Precision(plan.precision), plan.max_tokens, models, told)
        self._store.settings.set(_key(plan), found.as_dict())
        return found

    def _folders(self, experiment: Which) -> "dict[int, JobFolder]":
        """The folders of the sets, by number; none where the experiment's own is not here."""
        job_id = self._experiments.get(experiment).job_id
        jobs = self._session.client.folder
        try:
            return ExperimentFolder(job_folder(jobs, job_id)).set_folders()
        except JobError:  # a store may name a job that can have no folder
            return {}


def _key(plan: ExperimentPlan) -> str:
    return f"speed {plan.profile} {plan.precision} {plan.max_tokens}"
