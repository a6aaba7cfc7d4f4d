"""Batches hold every row once, keep to the budget, and pad little."""

from hypothesis import given
from hypothesis import strategies as st

from core.models.batching import ENOUGH, PADDED, token_batches


@given(st.lists(st.integers(0, 3000), max_size=80), st.integers(1, 4096))
def test_every_row_stands_in_one_batch_within_the_budget_beside_rows_of_like_length(
    lengths: list[int], budget: int
) -> None:
    batches = token_batches(lengths, budget)
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max([1, *(lengths[place] for place in batch)])
        assert len(batch) == 1 or longest * len(batch) <= budget
        for before, place in enumerate(batch):
            assert longest * before < ENOUGH * budget or lengths[place] >= (1 - PADDED) * longest


def test_rows_of_one_length_fill_the_budget() -> None:
    assert [len(batch) for batch in token_batches([100] * 50, 2048)] == [20, 20, 10]


def test_a_long_row_does_not_pad_short_ones() -> None:
    assert token_batches([1000, 100, 100, 90], 2048) == [[0], [1, 2, 3]]
