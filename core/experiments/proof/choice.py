"""A proof of a saved selection as it is chosen: what is compared, and how the models are tuned."""

from dataclasses import replace

from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofPlan
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy
from core.store import SavedSelection
from core.values import changed

FEWEST_FOR_A_TEST = 3  # seeds a side: the least with which something can be told


def proof_of_selection(
    saved: SavedSelection, seeds: int = FEWEST_FOR_A_TEST, *, lowest: bool = False, whole: bool = False
) -> ProofPlan:
    """What to compare a saved selection with.

    Args:
        seeds: how often each side is tuned.
        lowest: tune on the lowest-ranked rows as well.
        whole: tune once on every row as well.

    Raises:
        ValueRefused: a value is not allowed.
    """
    spec = SelectionRecord.from_saved(saved).spec
    rule = spec.rule if spec.rank_by is RankBy.RULE else None
    chosen = {"seeds": seeds, "lowest": lowest, "whole": whole}
    return changed(ProofPlan(saved.selection_id, saved.name, rule=rule), chosen, "proof")


def tuning_of_proof(plan: ExperimentPlan, saved: SavedSelection, proof: ProofPlan) -> ExperimentPlan:
    """The plan, whose tuning and evaluation are kept, with the sets of the proof in place of its own."""
    record = SelectionRecord.from_saved(saved)
    return replace(
        plan,
        fused_sets=0,
        random_sets=proof.seeds,
        rows=saved.rows,
        dataset_ids=tuple(record.spec.filters.dataset_ids or record.dataset_names),
        selection_ids=(saved.selection_id,),
    )
