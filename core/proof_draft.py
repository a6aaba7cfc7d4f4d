"""A proof before it starts: its sets from what the store has, without the rows that its evaluation set asks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.contamination import EvaluationPrompts
from core.curation import find_candidates
from core.evaluation_set import limit
from core.experiment_cost import estimate
from core.experiment_draft import LENGTHS_FROM, Draft
from core.experiment_plan import ExperimentPlan
from core.indicators import registry
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.proof import ProofPlan, proof_sets
from core.sampling import set_means
from core.selection_record import SelectionRecord
from core.selection_spec import SelectionSpec
from core.store import Store
from core.store.matrix import PREDICTED

BATCH_ROWS = 5_000


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
    record = SelectionRecord.from_saved(store.selection(proof.selection_id))
    spec = record.spec
    members = store.selection_members(proof.selection_id)[["dataset_id", "row_id"]]
    pool = find_candidates(store, _pool_of(record), scorers)
    evaluation = store.evaluation_examples(plan.evaluation_set)
    prompts = EvaluationPrompts(evaluation)
    both = pd.concat([members, pool[["dataset_id", "row_id"]]]).drop_duplicates(ignore_index=True)
    ids = both["row_id"].drop_duplicates().to_numpy()
    found: list[tuple[int, str, str, float]] = []
    for start in range(0, len(ids), BATCH_ROWS):
        progress.update(start, len(ids), "Looking for evaluation instructions among the rows")
        rows = store.rows([int(n) for n in ids[start : start + BATCH_ROWS]])
        numbers, texts = list(rows), [row.prompt for row in rows.values()]
        found += [
            (numbers[each.row], texts[each.row], evaluation[each.example].prompt, each.similarity)
            for each in prompts.find(texts)
        ]
    progress.update(0, 0, "Making the sets")
    known = {each[0] for each in found}
    clean = members[~members["row_id"].isin(known)]
    sets = proof_sets(proof, spec, clean, pool[~pool["row_id"].isin(known)])
    columns = [name for name in registry() if name in pool]
    drawn = pd.concat([each.members for each in sets]).drop_duplicates(ignore_index=True)
    scores = drawn.merge(pool, how="left", on=["dataset_id", "row_id"]).reindex(columns=list(registry()))
    some = np.random.default_rng(plan.seed).permutation(drawn["row_id"].drop_duplicates().to_numpy())[:LENGTHS_FROM]
    examples = limit(evaluation, plan.responses, plan.seed)
    lines = pd.DataFrame(found, columns=["row_id", "prompt", "asked", "similarity"]).astype({"row_id": "int64"})
    return Draft(
        sets=sets,
        means=set_means(sets, pool, columns),
        contaminated=both.merge(lines, on="row_id").sort_values("similarity", ascending=False, ignore_index=True),
        distinct_rows=len(drawn),
        unscored_rows=int(scores.isna().any(axis=1).sum()),
        examples=tuple(examples),
        evaluation=tuple(evaluation),
        cost=estimate(
            plan, list(store.rows([int(n) for n in some]).values()), sum(s.rows for s in sets), examples, len(sets)
        ),
    )


def _pool_of(record: SelectionRecord) -> SelectionSpec:
    """What finds the rows again from which the selection was made, in the datasets that were there then.

    The rule goes along only where a filter asks for its value: it would take the place of the one that is in view.
    """
    spec = record.spec
    filters = spec.filters.with_datasets(spec.filters.dataset_ids or record.dataset_names)
    asked = {each.column for each in filters.ranges} | {axis for each in filters.lassos for axis in (each.x, each.y)}
    return replace(spec, filters=filters, rule=spec.rule if PREDICTED in asked else None)
