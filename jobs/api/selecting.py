"""Selections."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import InputError, SelectionError, ValueRefused
from core.indicators import indicator
from core.indicators.scoring import embedding_model
from core.rows.filters import Filters
from core.rules.rule import PAPERS_RULE, Rule
from core.selection.pipeline import curate
from core.selection.record import record_outcome
from core.selection.spec import Quotas, RankBy, SelectionSpec
from core.values import changed
from jobs.api.filtering import Filtering
from jobs.api.results import Chosen
from jobs.api.rules import Rules
from jobs.api.workspace import refuse_unknown_indicators

USUAL_PERCENT = 25.0


class Selecting(Rules, Filtering):
    """Rows are selected by a rule or an indicator, and kept."""

    def select(
        self,
        rule: str = PAPERS_RULE,
        rows: int | None = None,
        percent: float | None = None,
        datasets: Sequence[str] = (),
        by: str = "",
        save: str = "",
        everything: bool = False,
        filters: Filters | None = None,
        most: Mapping[str, int] | None = None,
        **changes: Any,
    ) -> Chosen:
        """Select the best rows.

        Args:
            rule: by which rows are ranked: the name of one that comes along, or of one's own.
            rows, percent, everything: how many are kept; a quarter without any.
            datasets: of which rows are selected; all without any.
            by: an indicator that ranks in place of the rule, its better end first; or `random`, or `order` for as the
                data stand.
            save: under which name the selection is kept.
            filters: made by `filters`; with datasets of their own in place of `datasets`.
            most: the greatest number of rows by dataset; others give as many as they have.
            changes: other fields of `core.selection.spec.SelectionSpec`, such as seed=1, descending=True, or
                within_range=False to follow a learned rule beyond the sets that it was learned from.

        Raises:
            InputError: there is no such dataset, rule or indicator.
            ValueRefused: a field is not known, not allowed, or would be ignored.
            SelectionError: there is nothing to select from, or the name is taken.
            StoreError: rows are to be spread, and are not embedded yet.
        """
        if save and save in {each.name for each in self.store.selections.all()}:
            raise SelectionError(f"A selection named “{save}” exists already.", mend="Choose another name.")
        if everything and (rows, percent) != (None, None):
            raise ValueRefused("it would be ignored beside rows or percent", where="selection.everything")
        self.refresh()
        spec = SelectionSpec(
            filters=filters or self.filters(*datasets),
            rule=self._rule(rule),
            rows=rows,
            percent=percent if (rows, percent, everything) != (None, None, False) else USUAL_PERCENT,
            within_range=True,
        )
        spec = changed(self._within(_ranked(spec, by), most or {}), changes, "selection")
        keys = self._scorers()
        outcome = curate(self.store, spec, keys, embedding_model(self.profile), self._progress)
        if save:
            record = record_outcome(self.store, outcome, self.profile.name, keys)
            self.store.selections.save(save, record.spec.as_dict(), outcome.selection.kept, record.summary())
        return Chosen(outcome, save)

    def _within(self, spec: SelectionSpec, most: Mapping[str, int]) -> SelectionSpec:
        """The spec with quotas by hand where there are any.

        Raises:
            SelectionError: a quota is of a dataset that no row is selected of.
        """
        if not most:
            return spec
        asked = {each.dataset_id: most[each.name] for each in self._datasets(list(most))}
        chosen = spec.filters.dataset_ids
        used = [each for each in self._datasets(()) if not chosen or each.dataset_id in chosen]
        if asked.keys() - {each.dataset_id for each in used}:
            raise SelectionError(
                "A quota is set for a dataset that is not selected from.",
                where=", ".join(most),
                mend="Remove the quota, or add the dataset.",
            )
        caps = tuple((each.dataset_id, asked.get(each.dataset_id, each.rows)) for each in used)
        return replace(spec, quotas=Quotas.CUSTOM, custom_quotas=caps)

    def _rule(self, name: str) -> Rule:
        rules = self.rules()
        if name not in rules:
            raise InputError("Rule not found.", where=name, mend=f"Choose from {', '.join(rules)}.")
        return rules[name]


def _ranked(spec: SelectionSpec, by: str) -> SelectionSpec:
    """The spec, ranking by something else than its rule where that is asked."""
    if by in ("", RankBy.RULE):
        return spec
    if by in (RankBy.RANDOM, RankBy.ORDER):
        return replace(spec, rank_by=RankBy(by))
    refuse_unknown_indicators([by])
    return replace(spec, rank_by=RankBy.INDICATOR, indicator=by, descending=indicator(by).higher_is_better is not False)
