"""From a spec to rows: the store's candidates, the selection over them, and the file that comes out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.export import ExportOptions, ExportRow, Written, write_export
from core.filters import Filters
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.selection import Selection, SelectionSpec, select
from core.store import Store

BATCH = 5_000


def run_selection(
    store: Store,
    spec: SelectionSpec,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress | None = None,
) -> Selection:
    """Select from the store's rows by the scores that these scorers made.

    Raises:
        SelectionError: nothing to select from, or scores that the spec needs are missing altogether.
        StoreError: the spec needs embeddings that are not there yet.
    """
    store.refresh_matrix(scorers)
    if spec.rule is not None:
        store.set_rule(spec.rule.intercept, spec.rule.coefficients)

    def embed(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
        return store.embeddings([int(each) for each in row_ids], embedding_model)

    return select(store.candidates(spec.filters), spec, embed, progress)


def export_members(
    store: Store, members: pd.DataFrame, path: Path, options: ExportOptions, progress: Progress | None = None
) -> Written:
    """Write the rows of a selection in its order.

    Args:
        members: dataset_id and row_id, best first, as `Selection.kept` or `Store.selection_members` give them.

    Raises:
        StorageFull: there is no space for the file; nothing is left of it.
    """
    names = {each.dataset_id: each.name for each in store.datasets()}
    scores = _scores(store, members, options.scores)
    return write_export(path, options, _rows(store, members, names, scores), len(members), progress)


def _scores(
    store: Store, members: pd.DataFrame, columns: Sequence[str]
) -> Callable[[int, int], dict[str, float | None]]:
    """A look-up of a row's scores; empty where none are wanted."""
    if not columns:
        return lambda dataset_id, row_id: {}
    datasets = [int(each) for each in np.unique(members["dataset_id"])]
    frame = store.candidates(Filters(tuple(datasets))).set_index(["dataset_id", "row_id"])
    present = frame[[column for column in columns if column in frame]]
    values = dict(zip(present.index, present.to_numpy(float), strict=True))

    def look_up(dataset_id: int, row_id: int) -> dict[str, float | None]:
        line = values[(dataset_id, row_id)]
        return {c: None if np.isnan(v) else float(v) for c, v in zip(present.columns, line, strict=True)}

    return look_up


def _rows(
    store: Store,
    members: pd.DataFrame,
    names: Mapping[int, str],
    scores: Callable[[int, int], dict[str, float | None]],
) -> Iterator[ExportRow]:
    for start in range(0, len(members), BATCH):
        part = members.iloc[start : start + BATCH]
        pairs = [(int(d), int(r)) for d, r in zip(part["dataset_id"], part["row_id"], strict=True)]
        found = store.member_rows(pairs)
        for dataset_id, row_id in pairs:
            row = found[(dataset_id, row_id)]
            yield ExportRow(row, names.get(dataset_id, ""), scores(dataset_id, row_id))
