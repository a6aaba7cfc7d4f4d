"""What share of the rows that checks have flagged a selection does without."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.humanize import counted
from core.selection.spec import SelectionSpec
from core.store import Store


@dataclass(frozen=True)
class FlaggedRows:
    """Rows flagged in the datasets that are selected from, those that filters leave out among them.

    Attributes:
        kinds: how many by kind; a row may be of several.
        rows: how many in all.
        gone: how many of them are not kept.
        dropped: the share of all rows of these datasets that is not kept, which chance alone would take of them.
    """

    kinds: Mapping[str, int]
    rows: int
    gone: int
    dropped: float

    def __str__(self) -> str:
        of = " and ".join(counted(rows, kind) for kind, rows in self.kinds.items())
        share = f"{100 * self.gone / self.rows:.0f}%, of all rows {100 * self.dropped:.0f}%"
        return f"{self.gone:,} of {counted(self.rows, 'flagged row')} dropped ({share}). Flagged: {of}."


def flagged_rows(store: Store, spec: SelectionSpec, kept: pd.DataFrame) -> FlaggedRows | None:
    """What became of flagged rows; None where none is.

    Args:
        kept: dataset_id and row_id of the rows that the selection keeps.
    """
    datasets = {each.dataset_id: each.rows for each in store.datasets.all()}
    chosen = [each for each in spec.filters.dataset_ids or datasets if each in datasets]
    found = store.checks.flagged(chosen)
    flagged = np.unique(np.concatenate([np.asarray(each) for each in found.values()])) if found else np.empty(0)
    if not len(flagged):
        return None
    gone = int((~np.isin(flagged, kept["row_id"].to_numpy())).sum())
    everything = sum(datasets[each] for each in chosen)
    return FlaggedRows(
        {kind: len(rows) for kind, rows in found.items()}, len(flagged), gone, 1 - len(kept) / everything
    )
