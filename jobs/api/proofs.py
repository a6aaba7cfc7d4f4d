"""Proofs: against which other choices of rows is a selection better, and by how much?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import StoreError
from core.experiments.plan import ExperimentPlan, for_other_sets, tuned_otherwise
from core.experiments.proof.choice import proof_of_selection, tuning_of_proof
from core.experiments.proof.plan import CONTROLS, KEPT_AS, ProofDesign, ProofPlan, proof_of, runs_of
from core.store import SavedExperiment
from jobs.api.experiment_results import ProofResult
from jobs.api.experiments import ExperimentSection
from jobs.api.lookup import Which, selection_of
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.experiments.proof.draft import ProofDraft
    from core.experiments.proof.outcome import Proof
    from core.experiments.proof.rule_table import RuleTable
    from core.progress import Progress


class ProofSection(Section):
    """A saved selection's choice is made anew on sub-pools of its candidates and compared with other choices."""

    name = "proofs"

    def __init__(self, session: Session, experiments: ExperimentSection) -> None:
        super().__init__(session)
        self._experiments = experiments

    def draft(self, plan: ExperimentPlan, proof: ProofPlan, progress: "Progress | None" = None) -> "ProofDraft":
        """Make the sets of a proof, and foresee what they cost and can show; `experiments.begin` starts its `foreseen`.

        Raises:
            SelectionError: there is nothing to compare the selection with.
            StoreError: the selection is not here any more, or needs embeddings that are not.
        """
        from core.experiments.proof.draft import draft_proof

        keys, told = self._session.scorers(), progress or self._session.progress
        return draft_proof(self._store, plan, proof, keys, self._session.embedding_model, told)

    def plan(
        self,
        selection: Which,
        design: str = ProofDesign.SUBPOOLS,
        draws: int | None = None,
        controls: Sequence[str] = CONTROLS,
        equal_tokens: bool = False,
        most_rows: int = 0,
        preset: str = "quick-trial",
        **changes: Any,
    ) -> tuple[ExperimentPlan, ProofPlan]:
        """How models are tuned and what is compared; `draft` says what that comes to.

        Args:
            design: `sub-pools` to make the choice anew, `selection` for the place of the saved rows among random draws.
            draws: how many sub-pools, or random draws; 6 or 9 without.
            controls: of length-matched, source-matched and longest, beside random rows.
            equal_tokens: random and longest rows also at the selection's response tokens.
            most_rows: of a set on a sub-pool, at most; 0 for as many as there are.
            preset: quick-trial, workstation or paper: how long is tuned, and on how much measured.
            changes: other fields of `core.experiments.plan.ExperimentPlan`, such as responses=16.

        Raises:
            StoreError: there is no such selection.
            ValueRefused: a value is not allowed.
        """
        saved = selection_of(self._store.selections, selection)
        choices: dict[str, Any] = {
            "design": design, "controls": list(controls), "equal_tokens": equal_tokens, "most_rows": most_rows
        }  # fmt: skip
        choices |= {} if draws is None else {"draws": draws}
        proof = proof_of_selection(saved, **choices)
        plan = tuned_otherwise(for_other_sets(self._experiments.plan(preset)), changes, "experiment")
        return tuning_of_proof(plan, saved, proof), proof

    def start(
        self,
        selection: Which,
        design: str = ProofDesign.SUBPOOLS,
        draws: int | None = None,
        controls: Sequence[str] = CONTROLS,
        equal_tokens: bool = False,
        most_rows: int = 0,
        preset: str = "quick-trial",
        name: str = "",
        wait: bool = True,
        kept: Mapping[str, Any] | None = None,
        progress: "Progress | None" = None,
        **changes: Any,
    ) -> ProofResult:
        """Make a saved selection's choice anew on sub-pools, tune on it and on its controls, and compare.

        Args:
            selection, design, draws, controls, equal_tokens, most_rows, preset, changes: as `plan`.
            wait: return with the verdict; else when it is queued.
            kept: JSON values to keep with its plan.

        Raises:
            StoreError: there is no such selection.
            SelectionError: there is nothing to compare it with.
            JobError: the worker has ended, or the experiment was paused.
        """
        told = progress or self._session.progress
        plan, proof = self.plan(selection, design, draws, controls, equal_tokens, most_rows, preset, **changes)
        made = self.draft(plan, proof, told)
        with self._session.queue(told):
            with_it = {KEPT_AS: made.proof.as_dict(), **(kept or {})}
            number = self._experiments.begin(plan, made.foreseen, name or f"Proof of {proof.selection}", with_it)
        if wait:
            self._experiments.wait(number, told)
        return self.status(number)

    def of_table(self, path: str | Path) -> "dict[str, Proof]":
        """The same verdict on models that were tuned elsewhere, by pool.

        Args:
            path: a CSV with the columns pool, sub-pool, arm and loss (nats per response token), a line a model.

        Raises:
            InputError: the file can't be read, or a line of it.
        """
        from core.experiments.proof.losses import read_loss_table
        from core.experiments.proof.verdict import judge_proof

        made = ProofPlan(0, "", ProofDesign.SUBPOOLS)
        return {pool: judge_proof(losses, made) for pool, losses in read_loss_table(Path(path)).items()}

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
        from core.experiments.proof.verdict import proof_so_far

        saved, proof = self._saved(experiment)
        return proof_so_far(self._store.experiments, saved, proof)

    def of_selection(self, which: Which) -> "dict[str, Proof]":
        """What the proofs of a saved selection have come to so far, by the name of their experiment, newest first.

        Raises:
            StoreError: there is no such selection.
        """
        number = selection_of(self._store.selections, which).selection_id
        plans = [(each, proof_of(each.spec)) for each in self._experiments.all()]
        return {
            each.name: self.verdict(each.experiment_id)
            for each, plan in plans
            if plan is not None and plan.selection_id == number
        }

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
