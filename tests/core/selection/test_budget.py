"""A budget in training tokens: never exceeded, used up as far as the next row allows, beside all other settings."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SelectionError, ValueRefused
from core.selection.select import Diversity, Quotas, RankBy, Selection, SelectionSpec, select
from core.values import read

BEST = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True)


def table(tokens: list[float], datasets: list[int] | None = None, marks: list[str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "dataset_id": datasets or 1,
            "row_id": range(len(tokens)),
            "reward": -np.arange(len(tokens), dtype=float),
            "output_length": tokens,
        }
    )
    return frame if marks is None else frame.assign(mark=marks)


def around(row_ids: object) -> np.ndarray:
    angles = np.asarray(row_ids, float)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def within(frame: pd.DataFrame, spec: SelectionSpec) -> Selection:
    return select(frame, spec, around)


def test_the_best_rows_are_kept_until_the_next_would_exceed_the_budget() -> None:
    selection = within(table([30, 20, 60, 5, 5]), replace(BEST, tokens=60))
    assert selection.kept["row_id"].tolist() == [0, 1] and selection.tokens == 50
    assert selection.wanted == 2 and not selection.shortfall and selection.summary()["tokens"] == 50
    assert within(table([30, 20, 60, 5, 5]), replace(BEST, tokens=110)).tokens == 110
    assert len(within(table([30, 20]), replace(BEST, tokens=10**9)).kept) == 2


def test_rows_marked_keep_come_out_of_the_budget() -> None:
    frame = table([30, 20, 60, 5], marks=["", "drop", "keep", ""])
    assert within(frame, replace(BEST, tokens=95)).kept["row_id"].tolist() == [2, 0, 3]
    with pytest.raises(SelectionError, match="marked keep have 60 response tokens, more than the budget of 50"):
        within(frame, replace(BEST, tokens=50))


def test_a_row_without_tokens_is_not_kept_and_a_budget_smaller_than_a_row_is_refused() -> None:
    assert within(table([np.nan, 20, 20]), replace(BEST, tokens=20)).kept["row_id"].tolist() == [1]
    with pytest.raises(SelectionError, match=r"The best row has 30 response tokens.*Raise the budget"):
        within(table([30, 5]), replace(BEST, tokens=29))
    with pytest.raises(SelectionError, match="output length"):
        within(table([30]).drop(columns="output_length"), replace(BEST, tokens=29))
    with pytest.raises(SelectionError, match="marked keep"):
        within(table([np.nan, 3], marks=["keep", ""]), replace(BEST, tokens=29))


def test_tokens_are_told_where_no_budget_was_asked_for() -> None:
    assert within(table([30, 20, 60]), replace(BEST, rows=2)).tokens == 50
    assert within(table([30, 20]).drop(columns="output_length"), BEST).tokens is None


def test_a_budget_stands_alone_and_needs_the_lengths() -> None:
    assert replace(BEST, tokens=5).indicators == ("reward", "output_length")
    for other in ({"rows": 3}, {"percent": 5.0}):
        with pytest.raises(ValueRefused, match="tokens"):
            read(SelectionSpec, {"tokens": 100, **other})
    with pytest.raises(ValueRefused, match="tokens"):
        read(SelectionSpec, {"tokens": 0})


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.integers(1, 3), st.sampled_from(["", "", "", "keep", "drop"])), min_size=2
    ),
    st.integers(1, 4_000),
    st.sampled_from([Quotas.NONE, Quotas.EQUAL, Quotas.PROPORTIONAL]),
    st.sampled_from(Diversity),
)
def test_no_selection_exceeds_its_budget(
    rows: list[tuple[int, int, str]], budget: int, quotas: Quotas, diversity: Diversity
) -> None:
    frame = table([float(n) for n, _, _ in rows], [d for _, d, _ in rows], [m for _, _, m in rows])
    spec = replace(BEST, tokens=budget, quotas=quotas, diversity=diversity)
    try:
        selection = within(frame, spec)
    except SelectionError as error:
        assert "budget" in str(error)
        return
    assert selection.tokens == frame.set_index("row_id").loc[selection.kept["row_id"], "output_length"].sum() <= budget
    more = select(frame, replace(spec, tokens=None, rows=selection.wanted + 1), around)
    assert len(more.kept) == len(selection.kept) or more.tokens > budget
