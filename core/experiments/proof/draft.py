"""A proof before it starts: its sets from what the store has, without the rows that its evaluation set asks."""

from collections.abc import Mapping, Sequence

import pandas as pd

from core.experiments.draft import Draft, contaminated_members, describe
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofPlan, proof_sets
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.selection.pipeline import find_candidates
from core.selection.record import SelectionRecord, pool_of
from core.store import Store


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
    progress.update(0, 0, "Drawing the sets")
    known = set(found["row_id"])
    clean = members[~members["row_id"].isin(known)]
    sets = proof_sets(proof, spec, clean, pool[~pool["row_id"].isin(known)])
    return describe(store, plan, sets, pool, found, evaluation)
