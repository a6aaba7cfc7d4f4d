"""From a spec to rows: the store's candidates, the selection over them, and the file that comes out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.export import ExportOptions, ExportRow, Written, write_export
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.rows.filters import Filters
from core.rows.marks import Mark
from core.rules.rule import Rule
from core.selection.outcome import Outcome, weigh
from core.selection.select import RankBy, Selection, SelectionSpec, select
from core.store import Store
from core.store.score_matrix import PREDICTED

BATCH = 5_000


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
    _bring_up_to_date(store, spec, scorers)
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


def _bring_up_to_date(store: Store, spec: SelectionSpec, scorers: Mapping[int, Sequence[ScorerKey]]) -> None:
    store.matrix.refresh(scorers)
    if spec.rule is not None:
        store.matrix.set_rule(spec.rule.intercept, spec.rule.coefficients)


def settle(store: Store, spec: SelectionSpec, scorers: Mapping[int, Sequence[ScorerKey]]) -> SelectionSpec:
    """The spec with the marks of the rows that it looks at, and with rows named in place of map areas and marks.

    So it decides the same rows for ever and in every store, whatever is marked or mapped later.
    """
    _bring_up_to_date(store, spec, scorers)
    return replace(spec, filters=store.marks.settled(spec.filters), by_hand=store.marks.by_hand(spec.filters))


def run_selection(
    store: Store,
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

    def embed(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
        return store.scores.embeddings([int(each) for each in row_ids], embedding_model)

    return select(candidates, spec, embed, progress)


def curate(
    store: Store,
    spec: SelectionSpec,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
) -> Outcome:
    """Find the candidates, select among them under the marks of now, and put the selection beside random choices.

    Args:
        spec: a new one; that of the outcome is settled.

    Raises:
        SelectionError, StoreError: as `run_selection`.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    spec = settle(store, spec, scorers)
    candidates = find_candidates(store, spec, scorers)
    selection = run_selection(store, spec, candidates, embedding_model, progress)
    progress.update(0, 0, "Comparing with random choices")
    return weigh(selection, candidates)


def export_members(
    store: Store,
    members: pd.DataFrame,
    names: Mapping[int, str],
    path: Path,
    options: ExportOptions,
    rule: Rule | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the rows of a selection in its order.

    Args:
        members: dataset_id and row_id, best first, as `Selection.kept` or `store.selections.members` give them.
        names: of the datasets, by number.
        rule: by which `predicted_log_loss` is predicted, where the options ask for it.

    Raises:
        SelectionError: the text of a row is not in the store any more.
        StorageFull: there is no space for the file; nothing is left of it.
    """
    scores = _scores(store, members, options.scores, rule)
    return write_export(path, options, export_rows(store, members, names, scores), len(members), progress)


ScoreLookUp = Callable[[int, int], dict[str, float | None]]


def _scores(store: Store, members: pd.DataFrame, columns: Sequence[str], rule: Rule | None) -> ScoreLookUp:
    """A look-up of a row's scores; empty where none are wanted."""
    if not columns:
        return no_scores
    datasets = [int(each) for each in np.unique(members["dataset_id"])]
    frame = store.browse.candidates(Filters(tuple(datasets))).set_index(["dataset_id", "row_id"])
    if rule is not None:
        frame[PREDICTED] = rule.predict(frame)
    wanted = frame.reindex(columns=list(columns)).reindex(pd.MultiIndex.from_frame(members[["dataset_id", "row_id"]]))
    values = dict(zip(wanted.index, wanted.to_numpy(float), strict=True))

    def look_up(dataset_id: int, row_id: int) -> dict[str, float | None]:
        line = values[(dataset_id, row_id)]
        return {c: None if np.isnan(v) else float(v) for c, v in zip(columns, line, strict=True)}

    return look_up


def no_scores(dataset_id: int, row_id: int) -> dict[str, float | None]:
    """The look-up of those who want none."""
    return {}


def export_rows(
    store: Store, members: pd.DataFrame, names: Mapping[int, str], scores: ScoreLookUp = no_scores
) -> Iterator[ExportRow]:
    """The rows of a selection with their texts, read from the store in batches."""
    for start in range(0, len(members), BATCH):
        part = members.iloc[start : start + BATCH]
        pairs = [(int(d), int(r)) for d, r in zip(part["dataset_id"], part["row_id"], strict=True)]
        found = store.rows.members(pairs)
        lost = [pair for pair in pairs if pair not in found]
        if lost:
            raise SelectionError(
                f"{len(lost)} rows of this selection were deleted with their dataset.", mend="Make the selection again."
            )
        for dataset_id, row_id in pairs:
            row = found[(dataset_id, row_id)]
            yield ExportRow(row, names.get(dataset_id, ""), scores(dataset_id, row_id))
