"""All that decides a selection, as one value that can be saved, compared and replayed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le

from core.errors import SelectionError
from core.rows.filters import Filters
from core.rows.marks import StoredMark
from core.rules.rule import Rule
from core.selection.diversity import Diversity
from core.selection.ways import Way, way, ways
from core.store.score_matrix import PREDICTED
from core.values import Value

__all__ = ["TOKENS", "USUAL_SIMILARITY", "Diversity", "PercentOf", "Quotas", "RankBy", "SelectionSpec"]

EMBEDDED_WITH = "knn_distance"
TOKENS = "output_length"  # the indicator in which a budget of training tokens is counted
USUAL_SIMILARITY = 0.95  # cosine above which rows are near-duplicates, where these are to be left out


class RankBy(StrEnum):
    RULE = "rule"
    INDICATOR = "indicator"
    RANDOM = "random"
    ORDER = "order"  # as the data stand: the filters alone choose
    WAY = "way"  # one of `core.selection.ways`


class PercentOf(StrEnum):
    """Of what a percentage is taken."""

    RANKABLE = "rankable"  # the rows that have every score which the ranking needs
    CONSIDERED = "considered"  # all that pass the filters, as selections of older versions have it


class Quotas(StrEnum):
    NONE = "none"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    CUSTOM = "custom"


@dataclass(frozen=True)
class SelectionSpec(Value):
    """All that decides a selection; the same spec on the same data and scores keeps the same rows in the same order.

    Attributes:
        rows, percent, tokens: how many to keep; one of them is set, or none for all that remain. `tokens` is a
            budget in tokens of the responses, which the kept rows do not exceed.
        custom_quotas: greatest number of rows by dataset, for `Quotas.CUSTOM`.
        min_cosine_distance: for `Diversity.MIN_DISTANCE`: to every better row kept (DEITA's 0.1).
        center_pool: for `Diversity.K_CENTER`: among how many times the wanted number of best rows centers are sought.
        near_duplicate_similarity: a row more like a better one than this (cosine) is a near-duplicate; None: keep them.
        within_range: pass over rows so extreme that the means of the rule's indicators would leave the range of the
            sets on which the rule was learned.
        by_hand: marks of rows that pass the filters. Kept ones are in whatever their rank, before all others; dropped
            ones never.
        way: the name of a way of choosing, for `RankBy.WAY`. Its diversity is in force where the spec asks for none.
        way_code: the digest of its code, where it is one of the user's own: a changed file is another way.
    """

    filters: Filters = field(default_factory=Filters)
    rank_by: RankBy = RankBy.RULE
    rule: Rule | None = None
    indicator: str = ""
    descending: bool = False
    rows: Annotated[int, Ge(1)] | None = None
    percent: Annotated[float, Gt(0), Le(100)] | None = None
    percent_of: PercentOf = PercentOf.CONSIDERED
    quotas: Quotas = Quotas.NONE
    custom_quotas: tuple[tuple[int, Annotated[int, Ge(0)]], ...] = ()
    diversity: Diversity = Diversity.NONE
    min_cosine_distance: Annotated[float, Ge(0), Le(2)] = 0.1
    center_pool: Annotated[float, Ge(1)] = 3.0
    near_duplicate_similarity: Annotated[float, Ge(-1), Le(1)] | None = None
    seed: Annotated[int, Ge(0)] = 0
    within_range: bool = False
    by_hand: tuple[StoredMark, ...] = ()
    way: str = ""
    way_code: str = ""
    tokens: Annotated[int, Ge(1)] | None = None

    @property
    def budget(self) -> int | None:
        """The budget in tokens that is in force: that of a spec without a number or share of rows."""
        return self.tokens if self.rows is None and self.percent is None else None

    @property
    def spread(self) -> tuple[Diversity, float]:
        """The diversity in force, and among how many times the wanted rows centers are sought."""
        chosen = self._way
        if chosen is None or self.diversity is not Diversity.NONE:
            return self.diversity, self.center_pool
        return chosen.diversity, chosen.center_pool

    @property
    def needs_embeddings(self) -> bool:
        return self.spread[0] is not Diversity.NONE or self.near_duplicate_similarity is not None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators on which the choice depends, each once; what else was scored does not matter to it."""
        filtered = [each.column for each in self.filters.ranges]
        filtered += [axis for lasso in self.filters.lassos for axis in (lasso.x, lasso.y)]
        found = [self.indicator] if self.rank_by is RankBy.INDICATOR else []
        if self.rule is not None and (self.rank_by is RankBy.RULE or PREDICTED in filtered):
            found += self.rule.indicators
        found += self._way.needs if self._way is not None else ()
        found += [TOKENS] if self.budget is not None else []
        return tuple(dict.fromkeys([*found, *(column for column in filtered if column != PREDICTED)]))

    @property
    def scorers_needed(self) -> tuple[str, ...]:
        """The indicators that must be scored first; embeddings are made along with the KNN distance."""
        embedded = [EMBEDDED_WITH] if self.needs_embeddings else []
        return tuple(dict.fromkeys([*self.indicators, *embedded]))

    def known_way(self) -> Way:
        """The way that ranks.

        Raises:
            SelectionError: there is none of this name, or its code has changed since.
        """
        found = way(self.way)
        if self.way_code and found.code != self.way_code:
            raise SelectionError(
                f"The code of the way “{found.title}” has changed since this selection was made.",
                where=found.origin.label if found.origin else "",
                mend="Select again, or bring the file back as it was.",
            )
        return found

    @property
    def _way(self) -> Way | None:
        return ways().get(self.way) if self.rank_by is RankBy.WAY else None

    def refusals(self) -> Iterable[tuple[str, str]]:
        datasets = [dataset for dataset, _ in self.custom_quotas]
        if len(set(datasets)) < len(datasets):
            yield "custom_quotas", "a dataset stands twice"
        if self.rank_by is RankBy.WAY and not self.way:
            yield "way", f"choose one of {', '.join(ways())}"

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.rank_by is not RankBy.INDICATOR:
            yield "indicator", "rank_by=indicator"
            yield "descending", "rank_by=indicator"
        if self.rows is not None:
            yield "percent", "rows to be left out"
        if self.rows is not None or self.percent is None:
            yield "percent_of", "percent"
        if self.rows is not None or self.percent is not None:
            yield "tokens", "rows and percent to be left out"
        if self.rank_by is not RankBy.WAY:
            yield "way", "rank_by=way"
            yield "way_code", "rank_by=way"
        if self.quotas is not Quotas.CUSTOM:
            yield "custom_quotas", "quotas=custom"
        if self.diversity is not Diversity.MIN_DISTANCE:
            yield "min_cosine_distance", "diversity=min_distance"
        if self.diversity is not Diversity.K_CENTER:
            yield "center_pool", "diversity=k_center"
