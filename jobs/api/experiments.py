"""Experiments: models tuned on candidate sets, and their losses."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import JobError
from core.experiments.plan import ExperimentPlan, with_learning_rate
from core.experiments.presets import preset_named
from core.finetune.settings import Precision
from core.models.embedded_model import width_of
from core.models.precision import compute_rates
from core.models.profiles import profile
from core.store import SavedExperiment
from core.values import changed
from jobs.api.experiment_results import ExperimentResult
from jobs.api.lookup import Which, datasets_of, experiment_of, wanted_name
from jobs.api.section import Section
from jobs.api.waiting import wait_for_experiment
from jobs.experiments.experiments import Experiments
from jobs.experiments.state import PAUSED, ExperimentState, SetState
from jobs.queue.job import ACTIVE, CANCELLED, FAILED

if TYPE_CHECKING:
    from core.experiments.draft import Draft
    from core.progress import Progress

STOPPABLE, AGAIN = (*ACTIVE, PAUSED), (FAILED, CANCELLED)


class ExperimentSection(Section):
    """Experiments are planned, started, watched and stopped. One is meant by its number or name.

    Proofs and searches of the size are experiments, too: what starts and judges them stands in `proofs` and `sizes`.
    """

    name = "experiments"

    def all(self) -> list[SavedExperiment]:
        """All experiments, newest first."""
        return self._store.experiments.all()

    def get(self, which: Which) -> SavedExperiment:
        """One of them.

        Raises:
            StoreError: there is no such experiment.
        """
        return experiment_of(self._store.experiments, which)

    def table(self) -> pd.DataFrame:
        """All experiments: number, name, sets, measured (sets with a loss, the untuned model's among them)."""
        measured = self._store.experiments.measured_counts()
        lines = [(each.experiment_id, each.name, each.sets, measured.get(each.job_id, 0)) for each in self.all()]
        return pd.DataFrame(lines, columns=["number", "name", "sets", "measured"])

    def plan(self, preset: str = "quick-trial", datasets: Sequence[Which] = (), **changes: Any) -> ExperimentPlan:
        """A preset's plan on the first evaluation set.

        Args:
            preset: quick-trial, workstation or paper.
            datasets: from which sets are drawn; all without any.
            changes: other fields of the plan, such as rows=16 or designed_sets=4; fused_sets alone takes the place of
                designed ones, and a method without a learning rate takes its usual one.

        Raises:
            InputError: there is no such preset, dataset or field.
        """
        evaluation = next((each.evaluation_set_id for each in self._store.evaluation_sets.all()), 0)
        fresh = ExperimentPlan.of_preset(preset_named(preset), self.precisions()[0])
        kinds = {"designed_sets", "fused_sets"}
        if len(named := kinds & changes.keys()) == 1:
            changes = dict.fromkeys(kinds - named, 0) | changes
        plan = replace(fresh, evaluation_set=evaluation)
        drawn_from = [each.dataset_id for each in datasets_of(self._store.datasets, datasets)]
        return changed(
            plan, with_learning_rate(changes) | ({"dataset_ids": drawn_from} if datasets else {}), "experiment"
        )

    def precisions(self) -> tuple[Precision, ...]:
        """What this computer tunes in, the best first, as it was measured."""
        from core.finetune.model import available_precisions

        return available_precisions(compute_rates())

    def draft(self, plan: ExperimentPlan, progress: "Progress | None" = None) -> "Draft":
        """Make the sets of a plan and foresee what they cost; nothing is started.

        Raises:
            SelectionError: there are too few rows for what is asked.
        """
        from core.experiments.draft import draft

        return draft(self._store, plan, progress or self._session.progress)

    def cache_bytes(self, plan: ExperimentPlan, made: "Draft") -> int | None:
        """How much disk the states of the lower layers will take; None where that is not known, 0 for no cache."""
        if not plan.tuned_layers or not plan.max_cache_gb or plan.method == "full":
            return 0
        width = width_of(profile(plan.profile).language_model, self._session.paths.models)
        return None if width is None else made.cost.cache_bytes(width)

    def start(
        self,
        name: str = "",
        preset: str = "quick-trial",
        datasets: Sequence[Which] = (),
        wait: bool = True,
        progress: "Progress | None" = None,
        **changes: Any,
    ) -> ExperimentResult:
        """Tune a model on candidate sets and measure each.

        Args:
            preset, datasets, changes: as `plan`.
            wait: return when it is through, with a worker of one's own where none runs; else when it is queued.

        Raises:
            InputError: there is no such preset, dataset or field.
            SelectionError: there are too few rows for what is asked.
            JobError: the worker has ended, or the experiment was paused.
        """
        told, plan = progress or self._session.progress, self.plan(preset, datasets, **changes)
        made = self.draft(plan, told)
        with self._session.queue(told):
            number = self.begin(plan, made, name or f"{preset_named(preset).title}, {len(made.sets)} sets")
        return self.wait(number, told) if wait else self.status(number)

    def begin(self, plan: ExperimentPlan, made: "Draft", name: str, kept: Mapping[str, Any] | None = None) -> int:
        """Keep and queue what was drafted; returns the experiment's number.

        Args:
            made: by `draft`, `proofs.draft` or `sizes.draft`.
            kept: JSON values to keep with the plan, such as what is to be proved.

        Raises:
            StoreError: the evaluation set is not here any more.
            JobError: no worker has ever run here, or rows repeat an evaluation instruction and the plan forbids that.
            StorageFull: there is no space left.
        """
        from jobs.experiments.planned import planned

        if plan.stop_if_contaminated and len(made.contaminated):
            raise JobError(
                f"{len(made.contaminated)} rows repeat an evaluation instruction.", mend="Exclude these rows."
            )
        wanted = planned(self._store.evaluation_sets, plan, made, name[:120], kept)
        return self._queue.start(self._store, wanted)

    def status(self, which: Which) -> ExperimentResult:
        """How far an experiment is, set by set.

        Raises:
            StoreError: there is no such experiment.
            JobError: its folder is gone.
        """
        self._session.refresh()
        saved = self.get(which)
        return ExperimentResult.of(saved, self._queue.state(saved.job_id), self._store.experiments.losses(saved.job_id))

    def state(self, which: Which) -> ExperimentState | None:
        """Where an experiment stands now; None where its folder or the queue is not here.

        Raises:
            StoreError: there is no such experiment.
        """
        saved = self.get(which)
        if not saved.job_id or self._session.client.worker_alive().pid is None:
            return None
        try:
            return self._queue.state(saved.job_id)
        except JobError:
            return None

    def wait(self, which: Which, progress: "Progress | None" = None) -> ExperimentResult:
        """Wait until an experiment is through, with a worker of one's own where none runs.

        Raises:
            StoreError: there is no such experiment.
            JobError: it is paused, its folder is gone, or the worker has ended.
        """
        saved, told = self.get(which), progress or self._session.progress
        with self._session.worker(told) as own:
            wait_for_experiment(self._queue, saved.job_id, told, own)
        return self.status(saved.experiment_id)

    def pause(self, which: Which) -> None:
        """Stop all sets that are not through until `resume`; a running one keeps its last checkpoint.

        Raises:
            StoreError: there is no such experiment.
            JobError: no set of it waits or runs.
        """
        self._queue.pause(self._one_with(which, ACTIVE).job_id)

    def resume(self, which: Which) -> None:
        """Queue the sets that a pause has stopped.

        Raises:
            StoreError: there is no such experiment.
            JobError: it is not paused.
        """
        self._queue.resume(self._one_with(which, (PAUSED,)).job_id)

    def cancel(self, which: Which, number: int | None = None) -> None:
        """Stop a set of an experiment, or all that are not through; what is finished stays.

        Raises:
            StoreError: there is no such experiment.
            JobError: no such set waits, runs or is paused.
        """
        self._queue.cancel(self._one_with(which, STOPPABLE, number).job_id, number)

    def retry(self, which: Which, number: int | None = None) -> None:
        """Queue a set of an experiment that has failed or was cancelled, or all of them; each goes on where it stopped.

        Raises:
            StoreError: there is no such experiment.
            JobError: no such set has failed or was cancelled.
        """
        self._queue.retry(self._one_with(which, AGAIN, number).job_id, number)

    def rename(self, which: Which, name: str) -> str:
        """Give an experiment another name; returns it.

        Raises:
            StoreError: there is no such experiment.
            InputError: this can't be a name.
        """
        number, wanted = self.get(which).experiment_id, wanted_name(name)
        self._store.experiments.rename(number, wanted)
        return wanted

    def delete(self, which: Which) -> None:
        """Stop an experiment, and delete it with its adapters and losses.

        Raises:
            StoreError: there is no such experiment.
            JobError: it may have work in a queue that can't be reached.
        """
        saved = self.get(which)
        needed = self._queue.has_folder(saved.job_id)
        with self._session.queue(self._session.progress) if needed else nullcontext():
            self._queue.remove(self._store, saved.experiment_id)

    @property
    def _queue(self) -> Experiments:
        return Experiments(self._session.client)

    def _one_with(self, which: Which, statuses: Collection[str], number: int | None = None) -> SavedExperiment:
        """The experiment, of which a set, or the one of this number, has one of these statuses."""
        saved = self.get(which)
        with self._session.queue(self._session.progress):
            state = self._queue.state(saved.job_id)
        sets = state.sets
        if number is not None and number not in {each.plan.number for each in sets}:
            raise JobError(
                f"The experiment has no set {number}.", where=saved.name, mend=f"Choose 0 to {len(sets) - 1}."
            )
        asked: list[SetState] = [each for each in sets if number in (None, each.plan.number)]
        found = {each.status for each in asked} | ({state.proposing} if number is None else set())
        if not found & set(statuses):
            what = "No set of it" if number is None else f"Set {number} is {asked[0].status}: it"
            raise JobError(f"{what} is {' or '.join(statuses)}.", where=saved.name, mend="Nothing was changed.")
        return saved
