"""Rows are looked at."""

from collections.abc import Sequence

from core.errors import InputError
from core.indicators import indicator
from core.rows.filters import Filters
from core.selection.spec import RankBy
from core.store.browse import SIMILARITY
from core.store.score_matrix import PREDICTED
from jobs.api.filtering import Filtering
from jobs.api.row_results import Browsed
from jobs.api.workspace import among

ORDER = str(RankBy.ORDER)
USUAL_ROWS = 20
WHOLE = ("key", "instruction", "input", "output")


class Browsing(Filtering):
    """Rows are sorted and read."""

    def browse(
        self,
        *datasets: str,
        sort: str = "",
        descending: bool | None = None,
        rows: int = USUAL_ROWS,
        filters: Filters | None = None,
    ) -> Browsed:
        """Look at rows with their texts, marks, notes and scores. Rows without the score come last.

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
        self.refresh()
        if rows < 0:
            raise InputError(f"rows is {rows}.", mend="Use 0 or more.")
        filters = filters or self.filters(*datasets)
        alike, scores = [SIMILARITY] if filters.likeness else [], [*self.store.matrix.columns(), PREDICTED]
        sort = _chosen(sort, [*alike, ORDER, *scores])
        descending = _better_is_higher(sort) if descending is None else descending
        total, column = self.store.browse.count(filters), "position" if sort == ORDER else sort
        frame = self.store.browse.table(filters, column, descending, min(rows, total), text_characters=0)
        texts = self.store.rows.get(frame["row_id"].tolist())
        pairs = [texts[number] for number in frame["row_id"]]
        whole = {name: [getattr(each, name) for each in pairs] for name in WHOLE}
        frame = frame.assign(dataset=frame["dataset_id"].map(self._names), **whole)
        return Browsed(total, sort, descending, frame[["row_id", "dataset", "mark", "note", *WHOLE, *alike, *scores]])


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
