"""Experiments and proofs: models tuned on sets of rows, and their losses."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from core.errors import JobError, StoreError
from core.experiments.draft import Draft, draft
from core.experiments.plan import ExperimentPlan, tuned_otherwise
from core.experiments.presets import preset_named
from core.experiments.proof.choice import FEWEST_FOR_A_TEST, proof_of_selection, tuning_of_proof
from core.experiments.proof.draft import draft_proof
from core.experiments.proof.plan import KEPT_AS, proof_of, runs_of
from core.experiments.proof.verdict import judge_proof
from core.finetune.model import available_precisions
from core.values import changed
from jobs.api.results import Proved, Ran
from jobs.api.waiting import wait_for_experiment
from jobs.api.workspace import Workspace
from jobs.experiments.experiments import Experiments
from jobs.experiments.planned import planned
from jobs.temporary_worker import queue_there, worker_at_work


class Tuning(Workspace):
    """Models are tuned and measured in the background."""

    def experiment(
        self,
        name: str = "",
        preset: str = "quick-trial",
        datasets: Sequence[str] = (),
        wait: bool = True,
        **changes: Any,
    ) -> Ran:
        """Tune a model on candidate sets and measure each.

        Args:
            preset: quick-trial, workstation or paper.
            datasets: from which sets are drawn; all without any.
            wait: return when it is through, with a worker of one's own where none runs; else when it is queued.
            changes: other fields of `core.experiments.plan.ExperimentPlan`, such as rows=16 or fused_sets=4.

        Raises:
            InputError: there is no such preset, dataset or field.
            SelectionError: there are too few rows for what is asked.
            JobError: the worker has ended, or the experiment was paused.
        """
        drawn_from = {"dataset_ids": [each.dataset_id for each in self._datasets(datasets)]} if datasets else {}
        plan = changed(self._plan(preset), changes | drawn_from, "experiment")
        made = draft(self.store, plan, self._progress)
        return self._run(plan, made, name or f"{preset_named(preset).title}, {len(made.sets)} sets", {}, wait)

    def prove(
        self,
        selection: str | int,
        seeds: int = FEWEST_FOR_A_TEST,
        preset: str = "quick-trial",
        name: str = "",
        lowest: bool = False,
        whole: bool = False,
        wait: bool = True,
        **changes: Any,
    ) -> Proved:
        """Tune on a saved selection and on random rows of the same data, over several seeds, and compare.

        Args:
            seeds: how often each side is tuned; with fewer than 3 nothing can be told.
            preset: quick-trial, workstation or paper: how long is tuned, and on how much measured.
            lowest, whole: tune on the lowest-ranked rows, and once on all rows, as well.
            wait: return with the verdict; else when it is queued.
            changes: other fields of `core.experiments.plan.ExperimentPlan`, such as responses=16.

        Raises:
            StoreError: there is no such selection.
            SelectionError: there is nothing to compare it with.
            JobError: the worker has ended, or the experiment was paused.
        """
        saved = self._selection(selection)
        proof = proof_of_selection(saved, seeds, lowest=lowest, whole=whole)
        plan = tuning_of_proof(tuned_otherwise(self._plan(preset), changes, "experiment"), saved, proof)
        made = draft_proof(self.store, plan, proof, self._scorers(), self._progress)
        kept = {KEPT_AS: proof.as_dict()}
        return self.verdict(self._run(plan, made, name or f"Proof of {saved.name}"[:120], kept, wait).number)

    def verdict(self, experiment: str | int) -> Proved:
        """What a proof has come to so far.

        Raises:
            StoreError: there is no such experiment, or it is no proof.
        """
        saved = self._experiment(experiment)
        if proof_of(saved.spec) is None:
            raise StoreError(
                "This experiment is not a proof.", where=saved.name, mend="Choose an experiment started by `prove`."
            )
        losses = self.store.experiments.example_losses(saved.job_id)
        return Proved(
            self.ran(saved.experiment_id),
            judge_proof(losses, runs_of(self.store.experiments.candidate_sets(saved.experiment_id))),
        )

    def wait(self, experiment: str | int) -> Ran:
        """Wait until an experiment is through, with a worker of one's own where none runs.

        Raises:
            StoreError: there is no such experiment.
            JobError: it is paused, its folder is gone, or the worker has ended.
        """
        saved = self._experiment(experiment)
        with worker_at_work(self.client, self.paths, self._progress) as own:
            wait_for_experiment(Experiments(self.client), saved.job_id, self._progress, own)
        return self.ran(saved.experiment_id)

    def ran(self, experiment: str | int) -> Ran:
        """How far an experiment is.

        Raises:
            StoreError: there is no such experiment.
            JobError: its folder is gone.
        """
        self.refresh()
        saved = self._experiment(experiment)
        state = Experiments(self.client).state(saved.job_id)
        losses = self.store.experiments.losses(saved.job_id).set_index("number")["loss_per_example"].to_dict()
        lines = [
            (s.plan.number, s.plan.name, s.plan.rows, s.status, losses.get(s.plan.number, math.nan), s.seconds, s.error)
            for s in state.sets
        ]
        columns = ["number", "name", "rows", "status", "loss", "seconds", "error"]
        return Ran(saved.experiment_id, saved.name, state.status, pd.DataFrame(lines, columns=columns))

    def _plan(self, preset: str) -> ExperimentPlan:
        """A preset's plan on the first evaluation set."""
        evaluation = next((each.evaluation_set_id for each in self.store.evaluation_sets.all()), 0)
        best = available_precisions(shutil.which("nvidia-smi") is not None)[0]
        return replace(ExperimentPlan.of_preset(preset_named(preset), best), evaluation_set=evaluation)

    def _run(self, plan: ExperimentPlan, made: Draft, name: str, kept: Mapping[str, Any], wait: bool) -> Ran:
        if plan.stop_if_contaminated and len(made.contaminated):
            raise JobError(
                f"{len(made.contaminated)} rows repeat an evaluation instruction.", mend="Exclude these rows."
            )
        with queue_there(self.client, self.paths, self._progress):
            number = Experiments(self.client).start(self.store, planned(self.store, plan, made, name, kept))
        return self.wait(number) if wait else self.ran(number)
