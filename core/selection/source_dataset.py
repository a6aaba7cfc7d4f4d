"""The datasets from which a selection was made, as its record and its manifest know them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from core.indicators.base import ScorerKey
from core.store import Store
from core.values import Value


@dataclass(frozen=True)
class SourceDataset(Value):
    """A dataset as it was when a selection was made from it.

    Attributes:
        origin: where its rows came from, as the store remembers it.
        scorers: who made its scores.
        scored: how many of its rows had each score when the selection was made.
    """

    dataset_id: int
    name: str
    fingerprint: str
    rows: int
    origin: dict[str, Any]
    scorers: tuple[ScorerKey, ...]
    scored: dict[str, int]

    def only(self, indicators: Collection[str]) -> Self:
        """The same dataset with the scores of some indicators."""
        return replace(
            self,
            scorers=tuple(key for key in self.scorers if key.indicator in indicators),
            scored={name: rows for name, rows in self.scored.items() if name in indicators},
        )

    def refusals(self) -> Iterable[tuple[str, str]]:
        files = self.origin.get("files", [])
        if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
            yield "origin", "files is not a list of names"


def describe_sources(
    store: Store, dataset_ids: Collection[int], scorers: Mapping[int, Sequence[ScorerKey]]
) -> tuple[SourceDataset, ...]:
    """The datasets of a selection as they are now."""
    return tuple(
        SourceDataset(
            each.dataset_id,
            each.name,
            each.fingerprint,
            each.rows,
            each.origin,
            tuple(scorers[each.dataset_id]),
            store.scores.counts(each.dataset_id, scorers[each.dataset_id]),
        )
        for each in store.datasets.all()
        if each.dataset_id in dataset_ids
    )
