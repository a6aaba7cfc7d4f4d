"""Batches hold every row once, keep to the budget, pad little, and shrink where memory is short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.batching import ENOUGH, PADDED, run_batches, token_batches
from core.progress import Silent


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


def test_once_memory_was_too_short_no_batch_of_that_size_is_tried_again() -> None:
    tried: list[list[int]] = []

    def run(batch: list[int]) -> None:
        tried.append(batch)
        if len(batch) > 5:
            raise MemoryError

    run_batches([100] * 60, 2_000, run, Silent(), "")
    assert [len(each) for each in tried[:4]] == [20, 10, 5, 5]
    assert all(len(each) <= 5 for each in tried[2:])
    assert sorted(place for each in tried[2:] for place in each) == list(range(60))


def test_a_row_for_which_memory_is_too_short_ends_it() -> None:
    def run(batch: list[int]) -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with pytest.raises(MemoryError, match="one row"):
        run_batches([100] * 4, 2_000, run, Silent(), "")
