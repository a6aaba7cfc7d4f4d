"""Two selections row by row, against sets."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.selection.difference import KeptBy, difference

numbers = st.lists(st.integers(1, 30), unique=True, max_size=20)


def kept(rows: list[int], dataset: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {"dataset_id": dataset, "row_id": pd.Series(rows, dtype="int64"), "rank": range(len(rows)), "value": 0.0}
    )


def scored(dataset: int = 1) -> pd.DataFrame:
    rows = range(1, 31)
    return pd.DataFrame({"dataset_id": dataset, "position": rows, "row_id": rows, "reward": [r / 2 for r in rows]})


@given(numbers, numbers)
def test_every_row_is_told_once_with_who_keeps_it(first: list[int], second: list[int]) -> None:
    found = difference("A", "B", kept(first), kept(second), scored())
    one, other = set(first), set(second)
    assert found.counts == {
        KeptBy.BOTH: len(one & other), KeptBy.FIRST: len(one - other), KeptBy.SECOND: len(other - one)
    }  # fmt: skip
    assert found.rows["row_id"].is_unique and set(found.rows["row_id"]) == one | other
    assert (found.rows["reward"] == found.rows["row_id"] / 2).all()
    assert found.rows["first_rank"].dropna().tolist() == list(range(len(first)))
    if one and other:
        apart = sum(first) / 2 / len(first) - sum(second) / 2 / len(second)
        assert abs(found.means.loc["reward", "difference"] - apart) < 1e-9


def test_a_pair_that_two_datasets_have_is_one_row() -> None:
    both = pd.concat([scored(1), scored(2)])
    found = difference("A", "B", kept([1, 2], 1), kept([2, 3], 2), both)
    assert found.rows[["dataset_id", "row_id", "kept_by"]].to_numpy().tolist() == [
        [1, 1, KeptBy.FIRST], [1, 2, KeptBy.BOTH], [2, 3, KeptBy.SECOND]
    ]  # fmt: skip
