"""A selection as it is remembered: how it was made, from what, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import pandas as pd

from core.indicators.base import ScorerKey
from core.selection.outcome import Prediction, SelectionOutcome
from core.selection.source_dataset import SourceDataset, describe_sources
from core.selection.spec import SelectionSpec
from core.store import SavedSelection, Store
from core.store.score_matrix import PREDICTED
from core.values import Door, Value, read


@dataclass(frozen=True)
class SelectionRecord(Value):
    """All about a selection but its rows; enough for a manifest, even when a dataset was deleted since.

    Attributes:
        profile: name of the model profile that made the scores.
        means: mean of each indicator over the kept rows.
        reasons: how many rows each reason dropped.
        tokens: of the kept rows' responses; None where they were not counted.
    """

    spec: SelectionSpec
    profile: str
    sources: tuple[SourceDataset, ...]
    kept: int
    considered: int
    reasons: dict[str, int]
    prediction: Prediction | None
    means: dict[str, float]
    tokens: int | None = None

    @classmethod
    def of(
        cls, outcome: SelectionOutcome, profile: str, sources: Sequence[SourceDataset], columns: Sequence[str]
    ) -> Self:
        """The record of an outcome, with the means of these indicators."""
        selection = outcome.selection
        return cls(
            selection.spec,
            profile,
            tuple(sources),
            len(selection.kept),
            selection.considered,
            selection.reasons,
            outcome.prediction,
            {column: mean for column, mean in outcome.means(columns).items() if mean == mean},
            selection.tokens,
        )

    @property
    def dataset_names(self) -> dict[int, str]:
        """Names of the datasets by number, as they were."""
        return {source.dataset_id: source.name for source in self.sources}

    def summary(self) -> dict[str, Any]:
        """As JSON values, without the spec, which the store keeps beside it."""
        values = self.as_dict()
        del values["spec"]
        return values

    @classmethod
    def from_saved(cls, saved: SavedSelection) -> Self:
        """The record that was saved.

        Raises:
            ValueRefused: what was saved is damaged.
        """
        return read(cls, {"spec": saved.spec, **saved.summary}, f"The selection “{saved.name}”: ", Door.STORE)


def record_outcome(
    store: Store, outcome: SelectionOutcome, profile: str, scorers: Mapping[int, Sequence[ScorerKey]]
) -> SelectionRecord:
    """The record of an outcome, with its datasets as they are now.

    Args:
        profile: name of the model profile that made the scores.
        scorers: by dataset, those of that profile.
    """
    wanted = outcome.selection.spec.filters.dataset_ids
    scored = [name for name in store.matrix.columns() if name in outcome.rows]
    return SelectionRecord.of(outcome, profile, describe_sources(store, wanted or tuple(scorers), scorers), scored)


@dataclass(frozen=True)
class Overlap:
    """How many rows two selections share; `jaccard` is that over the rows that either has."""

    first: str
    second: str
    shared: int
    jaccard: float


def overlaps(members: Mapping[str, pd.Series]) -> list[Overlap]:
    """The overlap of each pair of selections, whose row numbers are given by name."""
    sets = {name: set(rows) for name, rows in members.items()}
    names = list(sets)
    found = []
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            shared = len(sets[first] & sets[second])
            either = len(sets[first] | sets[second])
            found.append(Overlap(first, second, shared, shared / either if either else 0.0))
    return found


def pool_of(record: SelectionRecord) -> SelectionSpec:
    """What finds the rows again from which the selection was made, in the datasets that were there then.

    The rule goes along only where a filter asks for its value: it would take the place of the one that is in view.
    """
    spec = record.spec
    filters = spec.filters.with_datasets(spec.filters.dataset_ids or record.dataset_names)
    asked = {each.column for each in filters.ranges} | {axis for each in filters.lassos for axis in (each.x, each.y)}
    return replace(spec, filters=filters, rule=spec.rule if PREDICTED in asked else None)
