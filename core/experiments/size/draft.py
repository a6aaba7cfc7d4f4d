"""A search of the size before it starts: the ranking without what its evaluation set asks, and about what it costs.

And after it: what is measured, and the selection of the size that was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.experiments.contaminated import contaminated_members
from core.experiments.draft import Draft, describe
from core.experiments.plan import ExperimentPlan
from core.experiments.questions import questions_before_proof
from core.experiments.size.curve import SizeLoss, size_losses
from core.experiments.size.plan import SizePlan, ranked_by
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.rows.candidate_set import UNTUNED, CandidateSet, Kind
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import KeySet
from core.selection.outcome import SelectionOutcome, weigh
from core.selection.pipeline import find_candidates, run_selection
from core.selection.record import SelectionRecord, pool_of
from core.store import SavedExperiment, SavedSelection, Store
from core.store.experiments import ExperimentTables

ASKING = "rows that repeat a question of the size search"


@dataclass(frozen=True)
class SizeDraft:
    """A search before it starts.

    Attributes:
        ranking: the rows of the largest size, best first; a size is its first rows.
        foreseen: what the search comes to at most, its sizes as the plan foresees them.
        available: how many rows could be ranked and tuned on.
    """

    ranking: CandidateSet
    foreseen: Draft
    available: int

    @property
    def to_queue(self) -> Draft:
        """What the experiment starts with: the ranking, of which the search makes its sets."""
        return replace(self.foreseen, sets=(self.ranking,))


def tuning_of_search(plan: ExperimentPlan, saved: SavedSelection, search: SizePlan) -> ExperimentPlan:
    """The plan, on the rows of a selection and of the size that the search may reach."""
    record = SelectionRecord.from_saved(saved)
    used = tuple(record.spec.filters.dataset_ids or record.dataset_names)
    return replace(plan, dataset_ids=used, selection_ids=(saved.selection_id,), rows=search.highest)


def draft_search(
    store: Store,
    plan: ExperimentPlan,
    search: SizePlan,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
) -> SizeDraft:
    """Rank the rows from which a saved selection was made, and foresee the cost.

    Args:
        plan: how the models are tuned and on what they are measured.
        scorers: by dataset, those whose scores rank the rows.

    Raises:
        SelectionError: the plan makes no sense on these rows.
        StoreError: the selection is not here any more, or needs embeddings that are not.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    record = SelectionRecord.from_saved(store.selections.get(search.selection_id))
    pool = find_candidates(store, pool_of(record), scorers)
    questions = questions_before_proof(store.evaluation_sets, plan)
    found = contaminated_members(store, pool[["dataset_id", "row_id"]], questions.whole, progress)
    progress.update(0, 0, "Ranking the rows")
    clean = pool[~pool["row_id"].isin(set(found["row_id"]))]
    kept = run_selection(store.scores, ranked_by(record.spec, len(clean)), clean, embedding_model, progress).kept
    search.refuse_senseless(len(kept), plan.epochs)
    sets = [_first(kept, rows) for rows in search.foreseen for _ in range(search.seeds)]
    foreseen = describe(store, plan, sets, pool, found, questions)
    return SizeDraft(_first(kept, search.highest), foreseen, len(kept))


def resized(
    store: Store,
    record: SelectionRecord,
    rows: int,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
    evaluation: Sequence[EvaluationExample] = (),
) -> SelectionOutcome:
    """The selection again with so many rows, chosen as a search of the size has chosen them.

    Args:
        evaluation: on which the search was evaluated; rows that ask what it asks stay out, as they did there.

    Raises:
        SelectionError: nothing is left to select from.
        StoreError: it needs embeddings that are not here.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    pool = pool_of(record)
    candidates = find_candidates(store, pool, scorers)
    filters = pool.filters
    if evaluation:
        asking = contaminated_members(store, candidates[["dataset_id", "row_id"]], evaluation, progress)["row_id"]
        candidates = candidates[~candidates["row_id"].isin(set(asking))].reset_index(drop=True)
        keys = store.rows.keys([int(each) for each in asking.unique()])
        filters = filters.leaving_out(KeySet(ASKING, tuple(sorted(keys.values())))) if keys else filters
    spec = replace(ranked_by(record.spec, rows), filters=filters)
    selection = run_selection(store.scores, spec, candidates, embedding_model, progress)
    progress.update(0, 0, "Comparing with random choices")
    return weigh(selection, candidates)


def measured_sizes(experiments: ExperimentTables, saved: SavedExperiment) -> list[SizeLoss]:
    """The sizes of a search that are measured whole, the untuned model among them."""
    sets = experiments.candidate_sets(saved.experiment_id)
    rows_of = {UNTUNED: 0} | {number: each.rows for number, each in enumerate(sets, start=1)}
    return size_losses(experiments.example_losses(saved.job_id), rows_of)


def _first(kept: pd.DataFrame, rows: int) -> CandidateSet:
    members = kept.head(rows)[["dataset_id", "row_id"]].reset_index(drop=True)
    return CandidateSet(f"{rows:,} rows", Kind.BEST, members, {"rows": rows})
