"""Rows that checks have flagged: those of the last check that saw all the datasets asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.rows.row import Row
from core.store import Store
from core.store.checks import CONTAMINATED, NEAR_DUPLICATE, RUNS_KEPT
from tests.scored_store import add_dataset


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        for name in ("one", "two", "three"):
            add_dataset(opened, name, [Row(f"Question {i} of {name}?", "", "Yes.") for i in range(4)])
        yield opened


def test_the_last_check_that_saw_all_datasets_is_meant(store: Store) -> None:
    assert store.checks.flagged([1]) == {}
    store.checks.keep(NEAR_DUPLICATE, [1, 2, 3], [(1, 1), (2, 5), (2, 6)])
    store.checks.keep(CONTAMINATED, [1], [(1, 2)])
    assert {kind: set(rows) for kind, rows in store.checks.flagged([2]).items()} == {NEAR_DUPLICATE: {5, 6}}
    assert store.checks.flagged([1]) == {NEAR_DUPLICATE: [1], CONTAMINATED: [2]}
    assert CONTAMINATED not in store.checks.flagged([1, 2]), "the second was not checked for it"
    store.checks.keep(NEAR_DUPLICATE, [1], [])
    assert store.checks.flagged([1]) == {CONTAMINATED: [2]}, "a later look found none"
    store.datasets.delete(3)
    assert store.checks.flagged([2]) == {}, "they may have repeated rows that are gone"


def test_old_checks_are_forgotten_and_those_of_another_kind_stay(store: Store) -> None:
    store.checks.keep(CONTAMINATED, [1, 2], [(1, 3)])
    store.checks.keep(NEAR_DUPLICATE, [1, 2, 3], [(1, 1)])
    for _ in range(RUNS_KEPT):
        store.checks.keep(NEAR_DUPLICATE, [1], [(1, 2)])
    assert store.checks.flagged([2, 3]) == {} and store.checks.flagged([1, 2]) == {CONTAMINATED: [3]}
