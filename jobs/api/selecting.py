"""Selections and their files."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.curation import curate
from core.errors import InputError, SelectionError
from core.export import ExportOptions, Layout
from core.export_file import export_file, score_columns
from core.filters import Filters
from core.indicators import indicator
from core.rule import PAPERS_RULE, Rule
from core.scoring import embedding_model
from core.selection_record import SelectionRecord, record_outcome
from core.selection_spec import RankBy, SelectionSpec
from jobs.api.results import Chosen, FileMade
from jobs.api.rules import Rules
from jobs.api.workspace import refuse_unknown_indicators

USUAL_PERCENT = 25.0


class Selecting(Rules):
    """Rows are selected by a rule or an indicator, kept and written to files."""

    def select(
        self,
        rule: str = PAPERS_RULE,
        rows: int | None = None,
        percent: float | None = None,
        datasets: Sequence[str] = (),
        by: str = "",
        save: str = "",
        **changes: Any,
    ) -> Chosen:
        """Select the best rows.

        Args:
            rule: by which rows are ranked: the name of one that comes along, or of one's own.
            rows, percent: how many are kept; a quarter without either.
            datasets: of which rows are selected; all without any.
            by: an indicator that ranks in place of the rule, its better end first; or `random`, or `order` for as the
                data stand.
            save: under which name the selection is kept.
            changes: other fields of `core.selection_spec.SelectionSpec`, such as seed=1, descending=True, or
                within_range=False to follow a learned rule beyond the sets that it was learned from.

        Raises:
            InputError: there is no such dataset, rule or indicator.
            SelectionError: there is nothing to select from, or the name is taken.
            StoreError: rows are to be spread, and are not embedded yet.
        """
        if save and save in {each.name for each in self.store.selections()}:
            raise SelectionError(f"There is a selection called “{save}” already.", mend="Choose another name.")
        self.refresh()
        spec = SelectionSpec(
            filters=Filters(tuple(each.dataset_id for each in self._datasets(datasets))),
            rule=self._rule(rule),
            rows=rows,
            percent=percent if percent is not None or rows is not None else USUAL_PERCENT,
            within_range=True,
        )
        spec = replace(_ranked(spec, by), **changes)
        keys = self._scorers()
        outcome = curate(self.store, spec, keys, embedding_model(self.profile), self._progress)
        if save:
            record = record_outcome(self.store, outcome, self.profile.name, keys)
            self.store.save_selection(save, record.spec.as_dict(), outcome.selection.kept, record.summary())
        return Chosen(outcome, save)

    def export(
        self,
        selection: str | int,
        out: str | Path = "",
        layout: str = Layout.ALPACA,
        scores: bool = False,
        extra: bool = False,
        dataset: bool = False,
    ) -> FileMade:
        """Write a saved selection to a file, with a manifest beside it that makes the same file again.

        Args:
            out: the file; "" for one in the data folder's `exports/`.
            layout: alpaca, messages, sharegpt, prompt_completion, csv or parquet.
            scores, extra, dataset: whether scores, the source's other columns and the dataset's name go along.

        Raises:
            StoreError: there is no such selection.
            SelectionError: rows were deleted since, or the scores in view are of another profile.
            StorageFull, StudioError: the file can't be written; nothing is left of it.
        """
        saved = self._selection(selection)
        record = SelectionRecord.from_saved(saved)
        if scores and record.profile != self.profile.name:
            raise SelectionError(
                f"This selection was made on scores of the profile '{record.profile}'.",
                where=saved.name,
                mend="Open the studio with that profile, or leave the scores out.",
            )
        self.refresh()
        columns = score_columns(self.store, record) if scores else ()
        options = ExportOptions(Layout(layout), extra, dataset, columns)
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", saved.name).strip("-.").lower()[:80] or "selection"
        file = Path(out) if out else self.paths.exports / slug / f"{slug}{options.layout.suffix}"
        manifest = file.with_name("manifest.json") if not out else file.with_name(f"{file.name}.manifest.json")
        members = self.store.selection_members(saved.selection_id)
        made = export_file(self.store, slug, record, members, options, file, manifest, self._progress)
        return FileMade(
            made.written.path, made.manifest, made.written.rows, made.written.size_bytes, made.written.sha256
        )

    def _rule(self, name: str) -> Rule:
        rules = self.rules()
        if name not in rules:
            raise InputError("There is no such rule.", where=name, mend=f"Choose among {', '.join(rules)}.")
        return rules[name]


def _ranked(spec: SelectionSpec, by: str) -> SelectionSpec:
    """The spec, ranking by something else than its rule where that is asked."""
    if by in ("", RankBy.RULE):
        return spec
    if by in (RankBy.RANDOM, RankBy.ORDER):
        return replace(spec, rank_by=RankBy(by))
    refuse_unknown_indicators([by])
    return replace(spec, rank_by=RankBy.INDICATOR, indicator=by, descending=indicator(by).higher_is_better is not False)
