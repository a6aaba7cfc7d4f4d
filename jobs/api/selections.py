"""Selections."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import InputError, SelectionError, ValueRefused
from core.indicators import indicator
from core.rows.filters import Filters
from core.rules.rule import PAPERS_RULE, Rule
from core.selection.spec import PercentOf, Quotas, RankBy, SelectionSpec
from core.selection.ways import way as known_way
from core.store import SavedSelection
from core.values import changed
from jobs.api.lookup import Which, datasets_of, refuse_unknown_indicators, selection_of, wanted_name
from jobs.api.results import SelectionResult
from jobs.api.rows import RowSection
from jobs.api.rules import RuleSection
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.progress import Progress
    from core.selection.certainty import RowCertainty
    from core.selection.difference import SelectionDifference
    from core.selection.doubts import Doubt
    from core.selection.flagged import FlaggedRows
    from core.selection.outcome import SelectionOutcome
    from core.selection.record import SelectionRecord

USUAL_PERCENT = 25.0
DRAWS = 50  # selections by which certainty is measured


class SelectionSection(Section):
    """Rows are selected by a rule or an indicator, and kept. A saved one is meant by its name or number."""

    name = "selections"

    def __init__(self, session: Session, rows: RowSection, rules: RuleSection) -> None:
        super().__init__(session)
        self._rows, self._rules = rows, rules

    def all(self) -> list[SavedSelection]:
        """All saved selections."""
        return self._store.selections.all()

    def get(self, which: Which) -> SavedSelection:
        """One of them.

        Raises:
            StoreError: there is no such selection.
        """
        return selection_of(self._store.selections, which)

    def table(self) -> pd.DataFrame:
        """All saved selections: number, name, rows."""
        lines = [(each.selection_id, each.name, each.rows) for each in self.all()]
        return pd.DataFrame(lines, columns=["number", "name", "rows"])

    def members(self, which: Which) -> pd.DataFrame:
        """The rows of a saved selection, best first: dataset_id, row_id, rank, value.

        Raises:
            StoreError: there is no such selection.
        """
        return self._store.selections.members(self.get(which).selection_id)

    def overlaps(self, *which: Which) -> pd.DataFrame:
        """How many rows each two saved selections (of all without any) share: first, second, shared, jaccard.

        Raises:
            StoreError: there is no such selection.
        """
        from core.selection.record import overlaps

        chosen = [self.get(each) for each in which] or self.all()
        members = {each.name: self._store.selections.members(each.selection_id)["row_id"] for each in chosen}
        lines = [(each.first, each.second, each.shared, each.jaccard) for each in overlaps(members)]
        return pd.DataFrame(lines, columns=["first", "second", "shared", "jaccard"])

    def difference(self, first: Which, second: Which) -> "SelectionDifference":
        """What two saved selections both keep, what only one keeps, and the mean scores of these rows.

        Raises:
            StoreError: there is no such selection.
        """
        from core.selection.difference import difference

        saved = [self.get(each) for each in (first, second)]
        kept = [self._store.selections.members(each.selection_id) for each in saved]
        here = {each.dataset_id for each in self._store.datasets.all()}
        datasets = tuple(sorted({int(n) for rows in kept for n in rows["dataset_id"]} & here))
        scored = self._store.browse.candidates(Filters(datasets))
        return difference(saved[0].name, saved[1].name, kept[0], kept[1], scored)

    def select(
        self,
        rule: str = "",
        rows: int | None = None,
        percent: float | None = None,
        datasets: Sequence[Which] = (),
        by: str = "",
        save: str = "",
        everything: bool = False,
        filters: Filters | None = None,
        most: Mapping[str, int] | None = None,
        progress: "Progress | None" = None,
        way: str = "",
        tokens: int | None = None,
        **changes: Any,
    ) -> SelectionResult:
        """Select the best rows.

        Args:
            rule: by which rows are ranked: the name of one that comes along, or of one's own; "" for the paper's, or,
                where everything is kept, for none: rows without scores are kept, too.
            rows, percent, tokens, everything: how many are kept, `percent` of the rows that can be ranked, `tokens` as
                a budget in tokens of their responses; a quarter without any.
            datasets: of which rows are selected; all without any.
            by: an indicator that ranks in place of the rule, its better end first; or `random`, or `order` for as the
                data stand.
            way: a way of choosing that ranks in place of the rule; `studio.ways.table()` has them.
            save: under which name the selection is kept.
            filters: made by `rows.filters`; with datasets of their own in place of `datasets`.
            most: the greatest number of rows by dataset; others give as many as they have.
            changes: other fields of `core.selection.spec.SelectionSpec`, such as seed=1, descending=True, or
                within_range=False to follow a learned rule beyond the sets that it was learned from.

        Raises:
            InputError: there is no such dataset, rule or indicator.
            ValueRefused: a field is not known, not allowed, or would be ignored.
            SelectionError: there is nothing to select from, or the name is taken.
            StoreError: rows are to be spread, and are not embedded yet.
        """
        save = self._new_name(save) if save else ""
        asked = (("rows", rows), ("percent", percent), ("tokens", tokens))
        amount: dict[str, Any] = {name: given for name, given in asked if given is not None}
        if everything and amount:
            raise ValueRefused("it would be ignored beside rows, percent or tokens", where="selection.everything")
        if way and by:
            raise ValueRefused("it would be ignored beside a way", where="selection.by")
        if not amount and not everything:
            amount = {"percent": USUAL_PERCENT}
        if "percent" in amount:
            amount["percent_of"] = PercentOf.RANKABLE
        unranked = RankBy.ORDER if everything and not (rule or way) else ""
        self._session.refresh()
        spec = SelectionSpec(
            filters=filters or self._rows.filters(*datasets),
            rule=self._rule(rule or PAPERS_RULE),
            within_range=True,
        )
        spec = changed(self._within(_ranked(spec, by or unranked, way), most or {}), amount | changes, "selection")
        outcome = self.run(spec, progress)
        if save:
            self.save(save, outcome)
        return SelectionResult(outcome, save, self.doubts(self.record(outcome)), self.flagged(outcome))

    def run(self, spec: SelectionSpec, progress: "Progress | None" = None) -> "SelectionOutcome":
        """Select as a spec says, under the marks of now, and put the selection beside random choices.

        Raises:
            SelectionError: there is nothing to select from, or scores that the spec needs are missing.
            StoreError: rows are to be spread, and are not embedded yet.
        """
        from core.selection.pipeline import curate

        keys, told = self._session.scorers(), progress or self._session.progress
        return curate(self._store, spec, keys, self._session.embedding_model, told)

    def certainty(self, which: Which, draws: int = DRAWS, progress: "Progress | None" = None) -> "RowCertainty":
        """How often each row is kept where a saved selection is made again and again.

        What differs from draw to draw: the rule's coefficients, where how sure they are is known; the part of the guide
        questions, where influence was scored on several; the seed, where the ranking has chance in it.

        Raises:
            StoreError: there is no such selection, or rows are to be spread and are not embedded yet.
            SelectionError: it can't be made again, or fewer than two draws are asked for.
        """
        from core.selection.record import SelectionRecord

        return self.certainty_of(SelectionRecord.from_saved(self.get(which)).spec, draws, progress)

    def certainty_of(
        self, spec: SelectionSpec, draws: int = DRAWS, progress: "Progress | None" = None
    ) -> "RowCertainty":
        """As `certainty`, of a selection that need not be saved: by the spec of its outcome.

        Raises:
            SelectionError, StoreError: as `run`.
        """
        from core.selection.pipeline import certain

        told = progress or self._session.progress
        return certain(self._store, spec, self._session.scorers(), self._session.embedding_model, draws, told)

    def doubts(self, selection: "Which | SelectionRecord") -> "tuple[Doubt, ...]":
        """What to know of a selection before its rows are used: rows that can't be ranked, a choice that is no better
        than random rows, a rule that predicts nothing; the gravest first.

        Args:
            selection: a saved one, or the record of an outcome.

        Raises:
            StoreError: there is no such selection.
        """
        from core.selection.doubts import doubts
        from core.selection.record import SelectionRecord

        record = (
            selection if isinstance(selection, SelectionRecord) else SelectionRecord.from_saved(self.get(selection))
        )
        return doubts(record)

    def flagged(self, selection: "Which | SelectionOutcome") -> "FlaggedRows | None":
        """What became of the rows that `datasets.near_duplicates` and `datasets.contamination` have flagged; None where
        none is flagged in the datasets that are selected from, as far as they were checked together.

        Args:
            selection: a saved one, or an outcome.

        Raises:
            StoreError: there is no such selection.
        """
        from core.selection.flagged import flagged_rows
        from core.selection.outcome import SelectionOutcome
        from core.selection.record import SelectionRecord

        if isinstance(selection, SelectionOutcome):
            return flagged_rows(self._store, selection.selection.spec, selection.selection.kept)
        saved = self.get(selection)
        spec = SelectionRecord.from_saved(saved).spec
        return flagged_rows(self._store, spec, self._store.selections.members(saved.selection_id))

    def record(self, outcome: "SelectionOutcome") -> "SelectionRecord":
        """How a selection was made, from what, and what came of it."""
        from core.selection.record import record_outcome

        return record_outcome(self._store, outcome, self._session.profile.name, self._session.scorers())

    def save(self, name: str, outcome: "SelectionOutcome") -> int:
        """Keep a selection; returns its number.

        Raises:
            InputError: this can't be a name.
            SelectionError: the name is taken.
        """
        record = self.record(outcome)
        return self._store.selections.save(
            self._new_name(name), record.spec.as_dict(), outcome.selection.kept, record.summary()
        )

    def rename(self, which: Which, name: str) -> str:
        """Give a saved selection another name; returns it.

        Raises:
            StoreError: there is no such selection.
            InputError: this can't be a name.
        """
        number, wanted = self.get(which).selection_id, wanted_name(name)
        self._store.selections.rename(number, wanted)
        return wanted

    def delete(self, which: Which) -> None:
        """Delete a saved selection.

        Raises:
            StoreError: there is no such selection.
        """
        self._store.selections.delete(self.get(which).selection_id)

    def _new_name(self, name: str) -> str:
        wanted = wanted_name(name)
        if wanted in {each.name for each in self.all()}:
            raise SelectionError(f"A selection named “{wanted}” exists already.", mend="Choose another name.")
        return wanted

    def _within(self, spec: SelectionSpec, most: Mapping[str, int]) -> SelectionSpec:
        """The spec with quotas by hand where there are any.

        Raises:
            SelectionError: a quota is of a dataset that no row is selected of.
        """
        if not most:
            return spec
        asked = {each.dataset_id: most[each.name] for each in datasets_of(self._store.datasets, list(most))}
        chosen = spec.filters.dataset_ids
        used = [each for each in self._store.datasets.all() if not chosen or each.dataset_id in chosen]
        if asked.keys() - {each.dataset_id for each in used}:
            raise SelectionError(
                "A quota is set for a dataset that is not selected from.",
                where=", ".join(most),
                mend="Remove the quota, or add the dataset.",
            )
        caps = tuple((each.dataset_id, asked.get(each.dataset_id, each.rows)) for each in used)
        return replace(spec, quotas=Quotas.CUSTOM, custom_quotas=caps)

    def _rule(self, name: str) -> Rule:
        rules = self._rules.all()
        if name not in rules:
            raise InputError("Rule not found.", where=name, mend=f"Choose from {', '.join(rules)}.")
        return rules[name]


def _ranked(spec: SelectionSpec, by: str, way: str) -> SelectionSpec:
    """The spec, ranking by something else than its rule where that is asked.

    Raises:
        InputError, SelectionError: there is no such indicator or way.
    """
    if way:
        return replace(spec, rank_by=RankBy.WAY, way=known_way(way).name)
    if by in ("", RankBy.RULE):
        return spec
    if by in (RankBy.RANDOM, RankBy.ORDER):
        return replace(spec, rank_by=RankBy(by))
    refuse_unknown_indicators([by])
    return replace(spec, rank_by=RankBy.INDICATOR, indicator=by, descending=indicator(by).higher_is_better is not False)
