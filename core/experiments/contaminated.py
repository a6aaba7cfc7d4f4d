"""Rows that ask what an evaluation set asks. Each is looked at once: neither its text nor what is asked ever changes.

A curation draws, scores and draws again, and a proof follows: all of them ask the same of the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from core.datasets.contamination import EvaluationPrompts
from core.progress import Progress
from core.rows.evaluation_set import EvaluationExample, digest_of
from core.store import Store

BATCH_ROWS = 5_000
KEPT = 4  # evaluation sets of a store whose rows are remembered


@dataclass(frozen=True, eq=False)
class _Looked:
    """Row numbers that were looked at, ascending; and of those found: row_id, prompt, asked, similarity."""

    rows: np.ndarray
    found: pd.DataFrame


_looked: WeakKeyDictionary[Store, dict[tuple[object, ...], _Looked]] = WeakKeyDictionary()


def contaminated_members(
    store: Store, members: pd.DataFrame, evaluation: Sequence[EvaluationExample], progress: Progress
) -> pd.DataFrame:
    """The members (dataset_id, row_id) that ask what the evaluation set asks, as `Draft.contaminated` has them.

    So do those that ask what was held out of a dataset, or what a transfer part asks.

    Raises:
        Cancelled: `progress` said so.
    """
    apart = set(store.evaluation_sets.kept_apart()).difference(evaluation)
    looked_for = [each for each in (evaluation, sorted(apart, key=lambda each: each.prompt)) if each]
    known, ids = _looked.setdefault(store, {}), members["row_id"].unique().astype(np.int64)
    key = (store.connection.opened, *map(digest_of, looked_for))
    before = known.pop(key, None) or _Looked(np.empty(0, np.int64), _lines([]))
    fresh = ids[~np.isin(ids, before.rows)]
    now = _look(store, fresh, looked_for, progress) if len(fresh) else before
    found = pd.concat([before.found, now.found]).drop_duplicates("row_id")
    known[key] = _Looked(np.union1d(before.rows, now.rows), found)
    for oldest in list(known)[:-KEPT]:
        known.pop(oldest, None)
    return members.merge(found, on="row_id").sort_values(
        "similarity", ascending=False, kind="stable", ignore_index=True
    )


def _look(
    store: Store, ids: np.ndarray, looked_for: Sequence[Sequence[EvaluationExample]], progress: Progress
) -> _Looked:
    """Look at the rows of these numbers that are here."""
    looked: list[int] = []
    asked = [EvaluationPrompts(each) for each in looked_for]
    found: list[tuple[int, str, str, float]] = []
    for start in range(0, len(ids), BATCH_ROWS):
        progress.update(start, len(ids), "Finding contaminated rows")
        rows = store.rows.get(ids[start : start + BATCH_ROWS].tolist())
        numbers, texts = list(rows), [row.prompt for row in rows.values()]
        looked += numbers
        found += [
            (numbers[each.row], texts[each.row], examples[each.example].prompt, each.similarity)
            for examples, prompts in zip(looked_for, asked, strict=True)
            for each in prompts.find(texts)
        ]
    return _Looked(np.array(looked, np.int64), _lines(found))


def _lines(found: list[tuple[int, str, str, float]]) -> pd.DataFrame:
    lines = pd.DataFrame(found, columns=["row_id", "prompt", "asked", "similarity"])
    return lines.astype({"row_id": "int64", "similarity": "float64"})
