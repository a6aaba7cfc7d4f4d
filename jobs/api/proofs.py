"""Proofs: is a selection better than random rows of the same data?"""

from typing import TYPE_CHECKING, Any

from core.errors import StoreError
from core.experiments.plan import ExperimentPlan, tuned_otherwise
from core.experiments.proof.choice import FEWEST_FOR_A_TEST, proof_of_selection, tuning_of_proof
from core.experiments.proof.plan import KEPT_AS, ProofPlan, proof_of, runs_of
from core.store import SavedExperiment
from jobs.api.experiment_results import ProofResult
from jobs.api.experiments import ExperimentSection
from jobs.api.lookup import Which, selection_of
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.experiments.draft import Draft
    from core.experiments.proof.rule_table import RuleTable
    from core.experiments.proof.verdict import Proof
    from core.progress import Progress


class ProofSection(Section):
    """Models are tuned on a saved selection and on other rows of the same data, and compared."""

    name = "proofs"

    def __init__(self, session: Session, experiments: ExperimentSection) -> None:
        super().__init__(session)
        self._experiments = experiments

    def draft(self, plan: ExperimentPlan, proof: ProofPlan, progress: "Progress | None" = None) -> "Draft":
        """Make the sets of a proof and foresee what they cost; `experiments.begin` starts it.

        Raises:
            SelectionError: there is nothing to compare the selection with.
            StoreError: the selection is not here any more.
        """
        from core.experiments.proof.draft import draft_proof

        return draft_proof(self._store, plan, proof, self._session.scorers(), progress or self._session.progress)

    def start(
        self,
        selection: Which,
        seeds: int = FEWEST_FOR_A_TEST,
        preset: str = "quick-trial",
        name: str = "",
        lowest: bool = False,
        whole: bool = False,
        wait: bool = True,
        progress: "Progress | None" = None,
        **changes: Any,
    ) -> ProofResult:
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
        told, saved = progress or self._session.progress, selection_of(self._store.selections, selection)
        proof = proof_of_selection(saved, seeds, lowest=lowest, whole=whole)
        plan = tuning_of_proof(tuned_otherwise(self._experiments.plan(preset), changes, "experiment"), saved, proof)
        made = self.draft(plan, proof, told)
        with self._session.queue(told):
            kept = {KEPT_AS: proof.as_dict()}
            number = self._experiments.begin(plan, made, name or f"Proof of {saved.name}", kept)
        if wait:
            self._experiments.wait(number, told)
        return self.status(number)

    def status(self, experiment: Which) -> ProofResult:
        """What a proof has come to so far, and how far its experiment is.

        Raises:
            StoreError: there is no such experiment, or it is no proof.
        """
        return ProofResult(self._experiments.status(experiment), self.verdict(experiment))

    def verdict(self, experiment: Which) -> "Proof":
        """What a proof has come to so far, by the losses in the store.

        Raises:
            StoreError: there is no such experiment, or it is no proof.
        """
        from core.experiments.proof.verdict import judge_proof

        saved, _ = self._saved(experiment)
        runs = runs_of(self._store.experiments.candidate_sets(saved.experiment_id))
        return judge_proof(self._store.experiments.example_losses(saved.job_id), runs)

    def rule_table(self, experiment: Which) -> "RuleTable | None":
        """The rule's value of each set beside its loss; None where no rule ranked the rows.

        Raises:
            StoreError: there is no such experiment, or it is no proof.
            SelectionError: an indicator of the rule is not scored any more.
        """
        from core.experiments.proof.rule_table import table_of_proof

        saved, proof = self._saved(experiment)
        if proof.rule is None:
            return None
        runs = runs_of(self._store.experiments.candidate_sets(saved.experiment_id))
        return table_of_proof(self._store.experiments, saved, proof.rule, runs)

    def _saved(self, experiment: Which) -> tuple[SavedExperiment, ProofPlan]:
        saved = self._experiments.get(experiment)
        proof = proof_of(saved.spec)
        if proof is None:
            raise StoreError(
                "This experiment is not a proof.", where=saved.name, mend="Choose an experiment started by `prove`."
            )
        return saved, proof
