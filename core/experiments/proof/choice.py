"""A proof of a saved selection as it is chosen: what is compared, and how the models are tuned."""

from dataclasses import replace
from typing import Any

from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import USUAL_DRAWS, ProofDesign, ProofPlan
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy
from core.store import SavedSelection
from core.values import changed


def proof_of_selection(saved: SavedSelection, **choices: Any) -> ProofPlan:
    """What to compare a saved selection with.

    Args:
        choices: fields of `ProofPlan`, such as draws=10, design="selection" or equal_tokens=True; draws as is usual for
            the design without.

    Raises:
        ValueRefused: a value is not allowed.
    """
    spec = SelectionRecord.from_saved(saved).spec
    rule = spec.rule if spec.rank_by is RankBy.RULE else None
    plan = changed(ProofPlan(saved.selection_id, saved.name, rule=rule), choices, "proof")
    return plan if "draws" in choices else replace(plan, draws=USUAL_DRAWS.get(ProofDesign(plan.design), plan.draws))


def tuning_of_proof(plan: ExperimentPlan, saved: SavedSelection, proof: ProofPlan) -> ExperimentPlan:
    """The plan, whose tuning and evaluation are kept, with the sets of the proof in place of its own."""
    record = SelectionRecord.from_saved(saved)
    return replace(
        plan,
        designed_sets=0,
        fused_sets=0,
        random_sets=proof.draws,
        rows=saved.rows,
        dataset_ids=tuple(record.spec.filters.dataset_ids or record.dataset_names),
        selection_ids=(saved.selection_id,),
    )
