"""All that decides a selection, as one value that can be saved, compared and replayed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le

from core.rows.filters import Filters
from core.rows.marks import StoredMark
from core.rules.rule import Rule
from core.store.score_matrix import PREDICTED
from core.values import Value

EMBEDDED_WITH = "knn_distance"
USUAL_SIMILARITY = 0.95  # cosine above which rows are near-duplicates, where these are to be left out


class RankBy(StrEnum):
    RULE = "rule"
    INDICATOR = "indicator"
    RANDOM = "random"
    ORDER = "order"  # as the data stand: the filters alone choose


class Quotas(StrEnum):
    NONE = "none"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    CUSTOM = "custom"


class Diversity(StrEnum):
    NONE = "none"
    K_CENTER = "k_center"
    MIN_DISTANCE = "min_distance"


@dataclass(frozen=True)
class SelectionSpec(Value):
    """All that decides a selection; the same spec on the same data and scores keeps the same rows in the same order.

    Attributes:
        rows, percent: how many to keep; one of them is set, or neither for all that remain.
        custom_quotas: greatest number of rows by dataset, for `Quotas.CUSTOM`.
        min_cosine_distance: for `Diversity.MIN_DISTANCE`: to every better row kept (DEITA's 0.1).
        center_pool: for `Diversity.K_CENTER`: among how many times the wanted number of best rows centers are sought.
        near_duplicate_similarity: a row more like a better one than this (cosine) is a near-duplicate; None: keep them.
        within_range: pass over rows so extreme that the means of the rule's indicators would leave the range of the
            sets on which the rule was learned.
        by_hand: marks of rows that pass the filters. Kept ones are in whatever their rank, before all others; dropped
            ones never.
    """

    filters: Filters = field(default_factory=Filters)
    rank_by: RankBy = RankBy.RULE
    rule: Rule | None = None
    indicator: str = ""
    descending: bool = False
    rows: Annotated[int, Ge(1)] | None = None
    percent: Annotated[float, Gt(0), Le(100)] | None = None
    quotas: Quotas = Quotas.NONE
    custom_quotas: tuple[tuple[int, Annotated[int, Ge(0)]], ...] = ()
    diversity: Diversity = Diversity.NONE
    min_cosine_distance: Annotated[float, Ge(0), Le(2)] = 0.1
    center_pool: Annotated[float, Ge(1)] = 3.0
    near_duplicate_similarity: Annotated[float, Ge(-1), Le(1)] | None = None
    seed: Annotated[int, Ge(0)] = 0
    within_range: bool = False
    by_hand: tuple[StoredMark, ...] = ()

    @property
    def needs_embeddings(self) -> bool:
        return self.diversity is not Diversity.NONE or self.near_duplicate_similarity is not None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators on which the choice depends, each once; what else was scored does not matter to it."""
        filtered = [each.column for each in self.filters.ranges]
        filtered += [axis for lasso in self.filters.lassos for axis in (lasso.x, lasso.y)]
        found = [self.indicator] if self.rank_by is RankBy.INDICATOR else []
        if self.rule is not None and (self.rank_by is RankBy.RULE or PREDICTED in filtered):
            found += self.rule.indicators
        return tuple(dict.fromkeys([*found, *(column for column in filtered if column != PREDICTED)]))

    @property
    def scorers_needed(self) -> tuple[str, ...]:
        """The indicators that must be scored first; embeddings are made along with the KNN distance."""
        embedded = [EMBEDDED_WITH] if self.needs_embeddings else []
        return tuple(dict.fromkeys([*self.indicators, *embedded]))

    def refusals(self) -> Iterable[tuple[str, str]]:
        datasets = [dataset for dataset, _ in self.custom_quotas]
        if len(set(datasets)) < len(datasets):
            yield "custom_quotas", "a dataset stands twice"

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.rank_by is not RankBy.INDICATOR:
            yield "indicator", "rank_by=indicator"
            yield "descending", "rank_by=indicator"
        if self.rows is not None:
            yield "percent", "rows to be left out"
        if self.quotas is not Quotas.CUSTOM:
            yield "custom_quotas", "quotas=custom"
        if self.diversity is not Diversity.MIN_DISTANCE:
            yield "min_cosine_distance", "diversity=min_distance"
        if self.diversity is not Diversity.K_CENTER:
            yield "center_pool", "diversity=k_center"
