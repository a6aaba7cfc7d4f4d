"""What is read again is answered from memory, and never older than the last write."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.errors import StoreError
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.rows.evaluation_parts import Division
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row
from core.store import Store
from core.store.connection import Connection
from tests.scored_store import add_dataset, take_scores

ROWS = [Row(f"Question {i}?", "", f"Answer {i}.") for i in range(3)]
KEYS = [scorer_key("reward", profile("embedded"), ""), scorer_key("output_length", profile("embedded"), "")]


def seen(store: Store) -> list[Any]:
    """What every method that may answer from memory gives."""
    datasets, selections = store.datasets.all(), store.selections.all()
    return [
        [store.settings.get(name) for name in ("one", "two")],
        [store.datasets.get(each.dataset_id) for each in datasets],
        datasets,
        store.evaluation_sets.all(),
        store.experiments.all(),
        store.experiments.measured_counts(),
        store.comparisons.all(),
        store.rules.all(),
        selections,
        [store.selections.get(each.selection_id) for each in selections],
        [store.scores.counts_by_key(each.dataset_id, KEYS) for each in datasets],
        store.matrix.score_state(),
        store.matrix.columns(),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def test_after_every_write_a_read_gives_what_a_fresh_connection_gives(store: Store, tmp_path: Path) -> None:
    dataset = add_dataset(store, "rows", ROWS)
    kept = pd.DataFrame({"dataset_id": [dataset.dataset_id], "row_id": [1], "rank": [0]})
    example = EvaluationExample("Why?", "", ("So.",))
    values: dict[str, list[float | None]] = {"reward": [1.0, 2.0, 3.0], "output_length": [3.0, 2.0, 1.0]}
    writes: list[Callable[[], object]] = [
        lambda: store.settings.set("one", 1),
        lambda: store.settings.set("one", {"other": 2}),
        lambda: store.datasets.rename(dataset.dataset_id, "renamed"),
        lambda: store.datasets.describe(dataset.dataset_id, "described"),
        lambda: take_scores(store, tmp_path, "part", ROWS, KEYS, values),
        lambda: store.matrix.refresh({dataset.dataset_id: KEYS}),
        lambda: add_dataset(store, "second", ROWS[:2]),
        lambda: store.evaluation_sets.add("set", [example]),
        lambda: store.evaluation_sets.divide(1, Division(transfer=1)),
        lambda: store.evaluation_sets.delete(1),
        lambda: store.rules.save("rule", {"intercept": 1.0}),
        lambda: store.rules.delete(1),
        lambda: store.selections.save("chosen", {}, kept, {}),
        lambda: store.selections.rename(1, "other"),
        lambda: store.selections.delete(1),
        lambda: store.experiments.add("experiment", {}, [], "job"),
        lambda: store.experiments.rename(1, "other"),
        lambda: store.experiments.delete(1),
        lambda: store.comparisons.add("comparison", {}, []),
        lambda: store.comparisons.rename(1, "other"),
        lambda: store.comparisons.delete(1),
        lambda: store.datasets.delete(dataset.dataset_id),
        store.reset,
    ]
    for write in writes:
        before = seen(store)
        write()
        with Store(Connection.open(store.path)) as fresh:
            assert seen(store) == seen(fresh)
        assert seen(store) != before


def test_what_a_caller_does_to_an_answer_stays_its_own(store: Store) -> None:
    store.settings.set("one", {"list": [1]})
    store.settings.get("one")["list"].append(2)
    store.rules.save("rule", {"intercept": 1.0})
    store.rules.all()[0].rule.clear()
    store.rules.all().clear()
    assert store.settings.get("one") == {"list": [1]} and store.rules.all()[0].rule == {"intercept": 1.0}


def test_a_setting_that_is_kept_leaves_what_is_recalled_of_other_tables(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.rules.save("rule", {"intercept": 1.0})
    known = store.rules.all(), store.settings.get("one")
    store.settings.set("one", 1)
    assert store.settings.get("one") == 1
    monkeypatch.setattr(store.connection, "read", None)
    assert (store.rules.all(), store.settings.get("one")) == (known[0], 1)


def test_a_write_that_fails_leaves_the_answer_of_before(store: Store) -> None:
    store.settings.set("one", 1)
    with pytest.raises(ZeroDivisionError), store.connection.write() as cursor:
        cursor.execute("UPDATE settings SET value = '2'")
        raise ZeroDivisionError
    assert store.settings.get("one") == 1


def test_no_thread_reads_less_than_was_written_when_it_asked(store: Store) -> None:
    written, ended, late = [0], threading.Event(), []
    store.settings.set("one", 0)

    def look() -> None:
        while not ended.is_set():
            least = written[0]
            if store.settings.get("one") < least:
                late.append(least)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for each in readers:
        each.start()
    for number in range(1, 100):
        store.settings.set("one", number)
        written[0] = number
    ended.set()
    for each in readers:
        each.join()
    assert late == []


def test_a_store_that_was_closed_answers_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "studio.duckdb")
    store.settings.set("one", 1)
    assert store.settings.get("one") == 1
    store.close()
    with pytest.raises(StoreError):
        store.settings.get("one")
