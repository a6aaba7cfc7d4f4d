"""Rows are looked at: which, in what order, and how their scores are spread."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.datasets.absent_scores import NOT_SCORED, why_absent
from core.datasets.semantic_search import MOST_ALIKE, rows_like, vector_of
from core.errors import InputError, JobError, StoreError
from core.indicators import indicator, registry
from core.rows.filters import Filters, KeySet, MapCluster, Marked
from core.rows.marks import tags_of
from core.rows.row import Row
from core.rows.typed_filters import with_typed_ranges
from core.selection.spec import RankBy
from core.store.browse import SIMILARITY
from core.store.plot_counts import MOST_BARS, DataCube, Groups, LinkedCounts
from core.store.plot_scale import PlotScale
from core.store.score_matrix import PREDICTED
from jobs.api.lookup import Which, among, dataset_of, datasets_of
from jobs.api.results import Found
from jobs.api.row_results import RowPage
from jobs.api.section import Section
from jobs.api.typed_clusters import typed_clusters

if TYPE_CHECKING:
    from core.progress import Progress

ORDER = str(RankBy.ORDER)
USUAL_ROWS = 20
OTHER_RESPONSES = 20
WHOLE = ("key", "instruction", "input", "output")


class RowSection(Section):
    """Rows are filtered, sorted, read and summed up; nothing is changed. Scores are those in view: see `scores`."""

    name = "rows"

    def filters(
        self,
        *datasets: Which,
        where: Sequence[str] = (),
        contains: str = "",
        like: str = "",
        most: int = MOST_ALIKE,
        marked: str = "",
        leave_out: Sequence[Found] = (),
        clusters: Sequence[str] = (),
        tags: Sequence[str] = (),
        without_tags: Sequence[str] = (),
        progress: "Progress | None" = None,
    ) -> Filters:
        """Which rows are looked at; all of it must hold.

        Args:
            datasets: all without any.
            where: ranges of scores, such as `reward>0.5`, `10<=output_length<=200` or `reward=missing`; after
                `not` its rows are left out, and those without the score pass.
            contains: words that a row must have in any order; what stands in quotes is one.
            like, most: so many rows whose meaning is nearest to a text, among those that all else leaves.
            marked: keep, drop, unmarked or noted: what was noted of a row by hand.
            tags, without_tags: that a row has, all of them, and that it lacks, each of them.
            leave_out: what checks have found.
            clusters: of the map, by name or number, rows of any of them; `none` for rows in no cluster; those of a
                cluster after `not` are left out.

        Raises:
            InputError: there is no such dataset, mark or cluster, a text is no tag, or less than one row like a text is
                asked for.
            SelectionError: a range is none, or of a score that is not there.
            StoreError: rows like a text are asked for, and none is embedded.
        """
        if marked not in list(Marked):
            raise InputError("Unknown mark.", where=marked, mend=among([each for each in Marked if each]))
        if most < 1:
            raise InputError(f"most is {most}.", mend="Use 1 or more.")
        numbers = tuple(each.dataset_id for each in datasets_of(self._store.datasets, datasets))
        having, lacking = tags_of(tags), tags_of(without_tags)
        found = Filters(numbers, text=contains, marked=Marked(marked), tags=having, tags_outside=lacking)
        found = with_typed_ranges(found, where, [*self._store.matrix.columns(), PREDICTED])
        for each in leave_out:
            found = found.leaving_out(each.rows)
        found = replace(found, clusters=self._clusters(clusters, numbers))
        return replace(found, likeness=self.like_text(like, found, most, progress)) if like else found

    def browse(
        self,
        *datasets: Which,
        sort: str = "",
        descending: bool | None = None,
        rows: int = USUAL_ROWS,
        filters: Filters | None = None,
    ) -> RowPage:
        """Look at rows with their texts, marks, notes, tags and scores. Rows without the score come last.

        Args:
            datasets: all without any.
            sort: an indicator; predicted_log_loss, the value of the rule that a page or `select` used last; similarity,
                where the filters ask for rows like a text, and then the default; else order, that of the files.
            descending: the highest first; None for the better end.
            rows: how many at most.
            filters: made by `filters`; with datasets of their own in place of `datasets`.

        Raises:
            InputError: there is no such dataset, nothing of that name to sort by, or a number of rows is none.
        """
        self._session.refresh()
        if rows < 0:
            raise InputError(f"rows is {rows}.", mend="Use 0 or more.")
        filters = filters or self.filters(*datasets)
        alike, scores = [SIMILARITY] if filters.likeness else [], [*self._store.matrix.columns(), PREDICTED]
        sort = _chosen(sort, [*alike, ORDER, *scores])
        descending = _better_is_higher(sort) if descending is None else descending
        total, column = self.count(filters), "position" if sort == ORDER else sort
        frame = self.table(filters, column, descending, min(rows, total), text_characters=0)
        texts = self.get(frame["row_id"].tolist())
        pairs = [texts[number] for number in frame["row_id"]]
        whole = {name: [getattr(each, name) for each in pairs] for name in WHOLE}
        names = {each.dataset_id: each.name for each in self._store.datasets.all()}
        shown = [about for name, about in registry().items() if name in scores]
        doubted = [", ".join(about.name for about in shown if not about.is_reliable(row)) for row in pairs]
        frame = frame.assign(dataset=frame["dataset_id"].map(names), unreliable=doubted, **whole)
        columns = ["row_id", "dataset", "mark", "note", "tags", *WHOLE, *alike, *scores, "unreliable"]
        return RowPage(total, sort, descending, frame[columns])

    def table(
        self,
        filters: Filters,
        order_by: str = "position",
        descending: bool = False,
        limit: int = 100,
        offset: int = 0,
        text_characters: int = 300,
    ) -> pd.DataFrame:
        """As `core.store.browse.Browse.table`."""
        return self._store.browse.table(filters, order_by, descending, limit, offset, text_characters)

    def places(
        self, filters: Filters, order_by: str = "position", descending: bool = False, limit: int = 100, offset: int = 0
    ) -> list[tuple[int, int]]:
        """As `core.store.browse.Browse.places`: which rows `table` has, by dataset_id and row_id."""
        return self._store.browse.places(filters, order_by, descending, limit, offset)

    def count(self, filters: Filters, pairs: bool = False) -> int:
        """How many rows the filters leave; with `pairs` each pair once that stands in several datasets."""
        return self._store.browse.count(filters, pairs)

    def summary(self, filters: Filters, columns: Sequence[str], by_dataset: bool = False) -> pd.DataFrame:
        """As `core.store.browse.Browse.summary`: a line a score, or one a score and dataset."""
        return self._store.browse.summary(filters, columns, by_dataset)

    def plot_scales(self, columns: Mapping[str, bool], dataset_ids: tuple[int, ...] = ()) -> dict[str, PlotScale]:
        """As `core.store.plot_counts.PlotCounts.scales`: how scores are cut into steps for plots."""
        return self._store.plots.scales(columns, dataset_ids)

    def plot_counts(
        self, scales: Mapping[str, PlotScale], filters: Filters, groups: Groups, most_bars: int = MOST_BARS
    ) -> LinkedCounts:
        """As `core.store.plot_counts.PlotCounts.counts`: rows by bar of each plot."""
        return self._store.plots.counts(scales, filters, groups, most_bars)

    def plot_cube(
        self,
        column: str,
        scales: Mapping[str, PlotScale],
        filters: Filters,
        groups: Groups,
        most_bars: int = MOST_BARS,
    ) -> DataCube:
        """As `core.store.plot_counts.PlotCounts.cube`: rows by step of one plot and by bar of each other one."""
        return self._store.plots.cube(column, scales, filters, groups, most_bars)

    def cut_off(self, filters: Filters, column: str, rows: int, lowest: bool = False) -> float | None:
        """The score that so many rows reach, under the filters on other scores; None where no more have one.

        Args:
            column: a score, or predicted_log_loss.
            rows: how many. Rows that share the last value reach it, too.
            lowest: count from the lowest value up.

        Raises:
            InputError: there is no such score, or less than one row is asked for.
        """
        scores = [*self._store.matrix.columns(), PREDICTED]
        if column not in scores:
            raise InputError("Unknown score.", where=column, mend=among(scores))
        if rows < 1:
            raise InputError(f"rows is {rows}.", mend="Use 1 or more.")
        return self._store.browse.cut_off(filters, column, rows, lowest)

    def correlations(self, columns: Sequence[str], filters: Filters) -> pd.DataFrame:
        """As `core.store.browse.Browse.correlations`."""
        return self._store.browse.correlations(columns, filters)

    def sample(self, filters: Filters, columns: Sequence[str], n: int, seed: int = 0) -> pd.DataFrame:
        """As `core.store.browse.Browse.sample`."""
        return self._store.browse.sample(filters, columns, n, seed)

    def get(self, row_ids: Sequence[int]) -> dict[int, Row]:
        """Rows by number; those that are gone are left out."""
        return self._store.rows.get(row_ids)

    def members(self, members: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Row]:
        """Rows as they stand in datasets, by dataset_id and row_id; those that are gone are left out."""
        return self._store.rows.members(members)

    def first(self, dataset: Which, most: int = 100) -> list[Row]:
        """The first rows of a dataset, in the order of its files.

        Raises:
            StoreError: there is no such dataset.
        """
        batch = next(self._store.rows.iterate(dataset_of(self._store.datasets, dataset).dataset_id, most), [])
        return [row for _, row in batch]

    def origin(self, dataset_id: int, row_id: int) -> dict[str, Any]:
        """As `core.store.rows.RowTables.origin`: where a row of a dataset came from."""
        return self._store.rows.origin(dataset_id, row_id)

    def other_responses(self, row_id: int, most: int = OTHER_RESPONSES) -> list[tuple[int, int]]:
        """As `core.store.rows.RowTables.with_instruction_of`: other responses to a row's instruction."""
        return self._store.rows.with_instruction_of(row_id, most)

    def percentiles(self, dataset_id: int, row_id: int) -> pd.DataFrame:
        """As `core.store.browse.Browse.percentiles`: where a row's scores stand among those of its dataset.

        Returns: indicator, value, percentile, reason: why it has no value, "" where it has one.
        """
        found = self._store.browse.percentiles(dataset_id, row_id)
        lacking = found.loc[found["value"].isna(), "indicator"].tolist()
        reasons = self._why_absent(dataset_id, row_id, lacking) if lacking else {}
        return found.assign(reason=[reasons.get(name, "") for name in found["indicator"]])

    def _why_absent(self, dataset_id: int, row_id: int, lacking: Sequence[str]) -> Mapping[str, str]:
        from jobs.scoring.failure import failed_scoring

        reasons = why_absent(self._store, row_id, self._session.scorers().get(dataset_id, []), lacking)
        if NOT_SCORED not in reasons.values():
            return reasons
        try:
            failed = failed_scoring(self._session.client, dataset_id)
        except JobError:  # said where jobs are listed
            failed = {}
        return {
            name: f"scoring failed: {failed[name]}" if why == NOT_SCORED and name in failed else why
            for name, why in reasons.items()
        }

    def key_set(self, title: str, row_ids: Sequence[int]) -> KeySet:
        """Rows by their keys, as a filter leaves them out."""
        from core.datasets.checks import found_rows

        return found_rows(self._store.rows, title, row_ids)

    def like_text(
        self, text: str, filters: Filters, most: int = MOST_ALIKE, progress: "Progress | None" = None
    ) -> KeySet:
        """The rows nearest in meaning to a text, among those that the filters leave but for their likeness.

        Raises:
            StoreError: no row is embedded.
            ModelUnavailable: the encoder can't be had here.
        """
        vector = vector_of(text, self._session.encoder, progress or self._session.progress)
        return self._like(text, vector, filters, most)

    def load_encoder(self) -> None:
        """Load the sentence encoder in the background, ahead of `like_text`, which waits for it otherwise."""
        self._session.encoder.load()

    def like_row(self, row_id: int, text: str, filters: Filters, most: int = MOST_ALIKE) -> KeySet:
        """The rows nearest in meaning to a row, itself among them.

        Args:
            text: by which the row is called.

        Raises:
            StoreError: it is not embedded.
        """
        vector = self._store.scores.embeddings([row_id], self._session.embedding_model)[0]
        return self._like(text, vector, filters, most)

    def _clusters(self, typed: Sequence[str], numbers: Sequence[int]) -> tuple[MapCluster, ...]:
        if not typed:
            return ()
        found = self._store.maps.best(numbers, self._session.embedding_model)
        if found is None:
            raise InputError("There is no map, so there are no clusters.", mend="Make one: `map --wait`.")
        return typed_clusters(typed, found.map_id, self._store.maps.cluster_names(found.map_id))

    def _like(self, text: str, vector: Any, filters: Filters, most: int) -> KeySet:
        found = rows_like(self._store.maps, text, vector, filters, self._session.embedding_model, most)
        if not found.keys:
            raise StoreError("No row has an embedding.", mend="Score the KNN distance first.")
        return found


def _chosen(sort: str, choices: Sequence[str]) -> str:
    """What rows are sorted by; the first of the choices where nothing is asked for.

    Raises:
        InputError: it is none of them.
    """
    if sort and sort not in choices:
        raise InputError("Rows cannot be sorted by this.", where=sort, mend=among(choices))
    return sort or choices[0]


def _better_is_higher(sort: str) -> bool:
    """Which end comes first where nobody says so."""
    if sort in (ORDER, PREDICTED):
        return False
    return sort == SIMILARITY or indicator(sort).higher_is_better is not False
