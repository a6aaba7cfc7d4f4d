"""Two selections row by row: what both keep, what only one keeps, and how these rows differ."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd


class KeptBy(StrEnum):
    """Which of two selections keeps a row."""

    BOTH = "both"
    FIRST = "only the first"
    SECOND = "only the second"


@dataclass(frozen=True, eq=False)
class SelectionDifference:
    """What two selections have in common and what not.

    Attributes:
        first, second: their names.
        rows: those that either keeps: dataset_id, row_id, kept_by, first_rank and second_rank (from 0, empty where the
            row is not kept), and their scores; first the best of the first, then what only the second keeps.
    """

    first: str
    second: str
    rows: pd.DataFrame

    @property
    def counts(self) -> dict[KeptBy, int]:
        """Rows by who keeps them."""
        return {each: int((self.rows["kept_by"] == each).sum()) for each in KeptBy}

    @cached_property
    def means(self) -> pd.DataFrame:
        """A line an indicator: its mean over the rows that both keep, that only one keeps, and how far the whole first
        selection lies above the second; indicators that no row has are left out."""
        scores = self.rows.drop(columns=["dataset_id", "row_id", "kept_by", "first_rank", "second_rank"])
        found = pd.DataFrame({str(each): scores[self.rows["kept_by"] == each].mean() for each in KeptBy})
        whole = [scores[self.rows[rank].notna()].mean() for rank in ("first_rank", "second_rank")]
        found["difference"] = whole[0] - whole[1]
        return found.dropna(how="all")


def difference(
    first: str, second: str, first_kept: pd.DataFrame, second_kept: pd.DataFrame, scored: pd.DataFrame
) -> SelectionDifference:
    """Put two selections beside each other.

    Args:
        first_kept, second_kept: dataset_id, row_id and rank of their rows; a pair that stands in several datasets is
            one row.
        scored: dataset_id, row_id and scores; rows that are not there have none.
    """
    rows = first_kept[["row_id", "dataset_id", "rank"]].merge(
        second_kept[["row_id", "dataset_id", "rank"]], on="row_id", how="outer", suffixes=("_1", "_2")
    )
    rows = rows.sort_values(["rank_1", "rank_2"], kind="stable", ignore_index=True)
    sides = np.select(
        [rows["rank_2"].isna(), rows["rank_1"].isna()], [str(KeptBy.FIRST), str(KeptBy.SECOND)], str(KeptBy.BOTH)
    )
    kept = pd.DataFrame(
        {
            "dataset_id": rows["dataset_id_1"].fillna(rows["dataset_id_2"]).astype("int64"),
            "row_id": rows["row_id"],
            "kept_by": sides,
            "first_rank": rows["rank_1"],
            "second_rank": rows["rank_2"],
        }
    )
    place = ["dataset_id", "row_id"]
    columns = [name for name in scored if name in place or pd.api.types.is_float_dtype(scored[name])]
    return SelectionDifference(first, second, kept.merge(scored[columns], on=place, how="left"))
