"""Batches of rows of like length, no larger than a budget of tokens, smaller when memory is short."""

import math
from collections.abc import Callable, Sequence

from core.memory import out_of_memory
from core.progress import Progress

PADDED = 0.05  # of a row: so much padding at most, once a batch holds enough tokens for a processor to be busy with
ENOUGH = 1 / 4  # of the budget


def token_batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Places of rows in batches: longest first, each at most `budget` tokens with its padding, at least one row."""
    batches: list[list[int]] = []
    longest = 0
    for place in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        tokens = longest * len(batches[-1]) if batches else 0
        unlike = lengths[place] < (1 - PADDED) * longest
        if not batches or tokens + longest > budget or (unlike and tokens >= ENOUGH * budget):
            batches.append([])
            longest = max(1, lengths[place])
        batches[-1].append(place)
    return batches


def run_batches(
    lengths: Sequence[int], budget: int, run: Callable[[list[int]], None], progress: Progress, message: str
) -> None:
    """Run all rows in batches; one for which memory is too short is run in halves, and so are others of its size.

    Raises:
        Cancelled: `progress` said so.
        MemoryError: memory is too short for a single row.
    """
    waiting = token_batches(lengths, budget)[::-1]
    done, too_many = 0, math.inf
    while waiting:
        batch = waiting.pop()
        tokens = len(batch) * max(lengths[place] for place in batch)
        if tokens >= too_many and len(batch) > 1:
            waiting += _halves(batch)
            continue
        try:
            run(batch)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            if len(batch) == 1:
                raise MemoryError("Not enough memory for one row.") from error
            too_many = tokens
            waiting += _halves(batch)
            continue
        done += len(batch)
        progress.update(done, len(lengths), message)


def _halves(batch: list[int]) -> list[list[int]]:
    """The second half, and the first."""
    return [batch[len(batch) // 2 :], batch[: len(batch) // 2]]
