"""What looking at rows and marking them gives back."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.rows.marks import Mark
from jobs.api.results import plain


@dataclass(frozen=True, eq=False)
class RowPage:
    """Rows as they were looked at.

    Attributes:
        total: how many rows the filters leave; a pair counts in every dataset that has it.
        sort: by what they stand in order: an indicator, predicted_log_loss, similarity, or order.
        descending: whether the highest stand first.
        rows: the first of them, a line a row: row_id, dataset, mark and note ("" for none), tags (a list), key,
            instruction, input, output and all scores; similarity where rows like a text were looked for; unreliable,
            the names of the indicators that say little of so short a response ("" for none).
    """

    total: int
    sort: str
    descending: bool
    rows: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"total": self.total, "sort": self.sort, "descending": self.descending, "rows": plain(self.rows)}


@dataclass(frozen=True)
class MarkingResult:
    """What was decided of rows by hand.

    Attributes:
        mark, note: None where they were left as they were.
        tags, untag: those that were set and taken away.
        rows: how many were named.
        changed: how many of them had something else; None where they were counted only.
    """

    mark: Mark | None
    note: str | None
    tags: tuple[str, ...]
    untag: tuple[str, ...]
    rows: int
    changed: int | None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        done = {"mark": self.mark, "note": self.note, "tags": list(self.tags), "untag": list(self.untag)}
        return done | {"rows": self.rows, "changed": self.changed}
