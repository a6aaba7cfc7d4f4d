"""The rows of a selection, with their texts and scores, as a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.export import ExportOptions, ExportRow, Written, write_export
from core.progress import Progress
from core.rows.filters import Filters
from core.rows.marks import StoredMark
from core.rules.rule import Rule
from core.store import Store
from core.store.browse import Browse
from core.store.rows import RowTables
from core.store.score_matrix import PREDICTED

BATCH = 5_000
ScoreLookUp = Callable[[int, int], dict[str, float | None]]


def export_members(
    store: Store,
    members: pd.DataFrame,
    names: Mapping[int, str],
    path: Path,
    options: ExportOptions,
    rule: Rule | None = None,
    progress: Progress | None = None,
    by_hand: Sequence[StoredMark] = (),
) -> Written:
    """Write the rows of a selection in its order.

    Args:
        members: dataset_id and row_id, best first, as `Selection.kept` or `store.selections.members` give them.
        names: of the datasets, by number.
        rule: by which `predicted_log_loss` is predicted, where the options ask for it.
        by_hand: what goes along where the options ask for marks.

    Raises:
        SelectionError: the text of a row is not in the store any more.
        StorageFull: there is no space for the file; nothing is left of it.
    """
    scores = _scores(store.browse, members, options.scores, rule)
    rows = ExportRows(store.rows, members, names, scores, by_hand)
    return write_export(path, options, rows, len(members), progress)


def _scores(browse: Browse, members: pd.DataFrame, columns: Sequence[str], rule: Rule | None) -> ScoreLookUp:
    """A look-up of a row's scores; empty where none are wanted."""
    if not columns:
        return no_scores
    datasets = [int(each) for each in np.unique(members["dataset_id"])]
    frame = browse.candidates(Filters(tuple(datasets))).set_index(["dataset_id", "row_id"])
    if rule is not None:
        frame[PREDICTED] = rule.predict(frame)
    wanted = frame.reindex(columns=list(columns)).reindex(pd.MultiIndex.from_frame(members[["dataset_id", "row_id"]]))
    values = dict(zip(wanted.index, wanted.to_numpy(float), strict=True))

    def look_up(dataset_id: int, row_id: int) -> dict[str, float | None]:
        line = values[(dataset_id, row_id)]
        return {c: None if np.isnan(v) else float(v) for c, v in zip(columns, line, strict=True)}

    return look_up


def marks_along(store: Store, members: pd.DataFrame, options: ExportOptions) -> tuple[StoredMark, ...]:
    """Marks, notes and tags of a selection's rows as they are now, where the options ask for them."""
    return store.marks.stored([int(each) for each in members["row_id"]]) if options.marks else ()


def no_scores(dataset_id: int, row_id: int) -> dict[str, float | None]:
    """The look-up of those who want none."""
    return {}


@dataclass(frozen=True)
class ExportRows:
    """The rows of a selection with their texts, read from the store in batches, as often as they are asked for."""

    rows: RowTables
    members: pd.DataFrame
    names: Mapping[int, str]
    scores: ScoreLookUp = no_scores
    by_hand: Sequence[StoredMark] = ()

    def __iter__(self) -> Iterator[ExportRow]:
        marks = {each.key: each for each in self.by_hand}
        for each in _export_rows(self.rows, self.members, self.names, self.scores):
            yield replace(each, by_hand=marks.get(each.row.key)) if marks else each


def _export_rows(
    rows: RowTables, members: pd.DataFrame, names: Mapping[int, str], scores: ScoreLookUp
) -> Iterator[ExportRow]:
    for start in range(0, len(members), BATCH):
        part = members.iloc[start : start + BATCH]
        pairs = [(int(d), int(r)) for d, r in zip(part["dataset_id"], part["row_id"], strict=True)]
        found = rows.members(pairs)
        lost = [pair for pair in pairs if pair not in found]
        if lost:
            raise SelectionError(
                f"{len(lost)} rows of this selection were deleted with their dataset.", mend="Make the selection again."
            )
        for dataset_id, row_id in pairs:
            row = found[(dataset_id, row_id)]
            yield ExportRow(row, names.get(dataset_id, ""), scores(dataset_id, row_id))
