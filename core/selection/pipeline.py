"""From a spec to rows: the store's candidates, and the selection over them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.embeddings.diversity import Embed
from core.errors import SelectionError
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.rows.marks import Mark
from core.selection.certainty import RowCertainty, certainty
from core.selection.outcome import SelectionOutcome, weigh
from core.selection.select import RankBy, Selection, SelectionSpec, select
from core.store import Store
from core.store.score_matrix import ScoreMatrix
from core.store.scores import ScoreTables


def find_candidates(
    store: Store,
    spec: SelectionSpec,
    scorers: Mapping[int, Sequence[ScorerKey]],
    numbers: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """The rows that the spec's filters leave, with the scores that these scorers made.

    They stand in the order of their content, so that ties and random choices fall alike in every store; only a choice
    by `RankBy.ORDER` takes them as the data stand.

    Args:
        scorers: by dataset number of this store.
        numbers: this store's number of each dataset of the spec, where they differ. The result has the spec's.

    Returns: one line a row: dataset_id, position, row_id, the scores and, where the spec has marks, `mark`.
    """
    filters = spec.filters
    if numbers is not None:
        filters = filters.with_datasets(numbers[each] for each in filters.dataset_ids or numbers)
    _bring_up_to_date(store.matrix, spec, scorers)
    by_content = spec.rank_by is not RankBy.ORDER
    found = store.browse.candidates(filters, by_content)
    if spec.by_hand:
        here = store.rows.numbers([each.key for each in spec.by_hand])
        marks = {here[each.key]: str(each.mark) for each in spec.by_hand if each.key in here}
        found["mark"] = found["row_id"].map(marks).fillna(str(Mark.NONE))
    if numbers is None:
        return found
    known_as = {here: in_spec for in_spec, here in numbers.items()}
    found["dataset_id"] = found["dataset_id"].map(known_as)
    same_content = pd.factorize(found["row_id"])[0] if by_content else found["position"]
    keys = (found["dataset_id"], same_content) if by_content else (same_content, found["dataset_id"])
    return found.iloc[np.lexsort(keys)].reset_index(drop=True)


def _bring_up_to_date(matrix: ScoreMatrix, spec: SelectionSpec, scorers: Mapping[int, Sequence[ScorerKey]]) -> None:
    matrix.refresh(scorers)
    _refuse_unknown(spec, matrix.columns())
    if spec.rule is not None:
        matrix.set_rule(spec.rule)


def _refuse_unknown(spec: SelectionSpec, columns: Sequence[str]) -> None:
    """Refuse filters and a ranking by what is no column, as an indicator of one's own that was switched off.

    Raises:
        SelectionError: there is such a filter or ranking.
    """
    told_later = {*(spec.rule.indicators if spec.rule else ()), *(spec.known_way().needs if spec.way else ())}
    unknown = [name for name in spec.indicators if name not in columns and name not in told_later]
    if columns and unknown:
        raise SelectionError(
            f"There is no indicator called {', '.join(unknown)}.",
            mend="If it is one of your own, switch own indicators on.",
        )


def settle(store: Store, spec: SelectionSpec, scorers: Mapping[int, Sequence[ScorerKey]]) -> SelectionSpec:
    """The spec with the marks of the rows that it looks at, and with rows named in place of map areas and marks.

    So it decides the same rows for ever and in every store, whatever is marked or mapped later. A way of the user's own
    is kept with the digest of its code.
    """
    _bring_up_to_date(store.matrix, spec, scorers)
    return replace(
        spec,
        filters=store.marks.settled(spec.filters),
        by_hand=store.marks.by_hand(spec.filters),
        way_code=spec.known_way().code if spec.way else "",
    )


def run_selection(
    scores: ScoreTables,
    spec: SelectionSpec,
    candidates: pd.DataFrame,
    embedding_model: str,
    progress: Progress | None = None,
) -> Selection:
    """Select among candidates by their scores and, where the spec asks for it, the store's embeddings of them.

    Raises:
        SelectionError: nothing to select from, or scores that the spec needs are missing altogether.
        StoreError: the spec needs embeddings that are not there yet.
    """

    return select(candidates, spec, _embed(scores, embedding_model), progress)


def _embed(scores: ScoreTables, embedding_model: str) -> Embed:
    """Unit vectors of rows by number."""

    def embed(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
        return scores.embeddings([int(each) for each in row_ids], embedding_model)

    return embed


def certain(
    store: Store,
    spec: SelectionSpec,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    draws: int,
    progress: Progress,
) -> RowCertainty:
    """How often each candidate is kept over draws of a selection.

    Args:
        spec: a settled one, as an outcome and a saved selection have it.

    Raises:
        SelectionError, StoreError: as `run_selection`.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading scores")
    candidates = find_candidates(store, spec, scorers)
    return certainty(candidates, spec, _embed(store.scores, embedding_model), draws, progress)


def curate(
    store: Store,
    spec: SelectionSpec,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
) -> SelectionOutcome:
    """Find the candidates, select among them under the marks of now, and put the selection beside random choices.

    Args:
        spec: a new one; that of the outcome is settled.

    Raises:
        SelectionError, StoreError: as `run_selection`.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading scores")
    spec = settle(store, spec, scorers)
    candidates = find_candidates(store, spec, scorers)
    selection = run_selection(store.scores, spec, candidates, embedding_model, progress)
    progress.update(0, 0, "Random baseline")
    return weigh(selection, candidates)
