"""A proof before it starts: its sets from what the store has, without the rows that its evaluation set asks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from core.experiments.draft import Draft, contaminated_members, describe
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofPlan, proof_sets
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.selection.pipeline import find_candidates
from core.selection.record import SelectionRecord
from core.selection.spec import SelectionSpec
from core.store import Store
from core.store.score_matrix import PREDICTED


def draft_proof(
    store: Store,
    plan: ExperimentPlan,
    proof: ProofPlan,
    scorers: Mapping[int, Sequence[ScorerKey]],
    progress: Progress,
) -> Draft:
    """Make the sets of a proof.

    Args:
        plan: how the models are tuned and on what they are measured.
        scorers: by dataset, those whose scores ranked the rows.

    Raises:
        SelectionError: there is nothing to compare the selection with.
        StoreError: the selection is not here any more.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    record = SelectionRecord.from_saved(store.selections.get(proof.selection_id))
    spec = record.spec
    members = store.selections.members(proof.selection_id)[["dataset_id", "row_id"]]
    pool = find_candidates(store, pool_of(record), scorers)
    evaluation = store.evaluation_sets.examples(plan.evaluation_set)
    both = pd.concat([members, pool[["dataset_id", "row_id"]]]).drop_duplicates(ignore_index=True)
    found = contaminated_members(store, both, evaluation, progress)
    progress.update(0, 0, "Making the sets")
    known = set(found["row_id"])
    clean = members[~members["row_id"].isin(known)]
    sets = proof_sets(proof, spec, clean, pool[~pool["row_id"].isin(known)])
    return describe(store, plan, sets, pool, found, evaluation)


def pool_of(record: SelectionRecord) -> SelectionSpec:
    """What finds the rows again from which the selection was made, in the datasets that were there then.

    The rule goes along only where a filter asks for its value: it would take the place of the one that is in view.
    """
    spec = record.spec
    filters = spec.filters.with_datasets(spec.filters.dataset_ids or record.dataset_names)
    asked = {each.column for each in filters.ranges} | {axis for each in filters.lassos for axis in (each.x, each.y)}
    return replace(spec, filters=filters, rule=spec.rule if PREDICTED in asked else None)
