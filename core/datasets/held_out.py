"""Rows of datasets held out as an evaluation set: nothing is trained on them, or on rows that ask nearly the same."""

import numpy as np

from core.errors import InputError
from core.rows.evaluation_set import EvaluationExample, joined
from core.rows.filters import Filters
from core.store import Store


def hold_out(store: Store, filters: Filters, rows: int, seed: int) -> list[EvaluationExample]:
    """Rows at random, their responses as reference responses.

    Args:
        filters: from which rows.
        rows: how many questions; rows that ask the same are one.

    Raises:
        InputError: there are too few, so that nothing would be left to train on.
    """
    numbers = store.browse.candidates(filters)["row_id"].drop_duplicates().to_numpy()
    if not 0 < rows < len(numbers):
        raise InputError(
            f"{rows:,} of {len(numbers):,} rows cannot be held out.",
            mend=f"Hold out between 1 and {len(numbers) - 1:,}." if len(numbers) > 1 else "Choose other rows.",
        )
    drawn = np.random.default_rng(seed).permutation(numbers)[:rows].tolist()
    found = store.rows.get(drawn)
    texts = (found[number] for number in drawn)
    return joined(EvaluationExample(each.instruction, each.input, (each.output,)) for each in texts)
