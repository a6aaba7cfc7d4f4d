"""Rows are kept once, under a key that does not depend on the form in which they came."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StoreError
from core.formats.rejection import Rejection
from core.rows.row import Message, Row, row_from_messages
from core.store import Store

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=80)
rows = st.builds(Row, texts, st.one_of(st.just(""), texts), texts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def add(store: Store, name: str, wanted: list[Row]) -> int:
    dataset = store.datasets.begin(name)
    store.datasets.append_rows(dataset, wanted, [("file", i + 1) for i in range(len(wanted))])
    store.datasets.finish(dataset)
    return dataset


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(rows, max_size=30))
def test_what_is_stored_comes_back_in_order_and_once(store: Store, wanted: list[Row]) -> None:
    first_of_each = list({row.key: row for row in wanted}.values())
    dataset = add(store, "property", wanted)
    found = [row for batch in store.rows.iterate(dataset, batch=7) for _, row in batch]
    assert [row.key for row in found] == [row.key for row in first_of_each]
    assert [(row.prompt, row.output) for row in found] == [(row.prompt, row.output) for row in first_of_each]
    stored = store.datasets.get(dataset)
    assert (stored.rows, stored.duplicates) == (len(first_of_each), len(wanted) - len(first_of_each))
    store.datasets.delete(dataset)


def test_the_same_pair_as_messages_and_as_columns_has_one_key() -> None:
    pair = Row("Translate to French.", "The cat sleeps.", "Le chat dort.")
    chat = row_from_messages([Message("user", pair.prompt), Message("assistant", pair.output)])
    assert chat.key == pair.key


def test_turns_before_the_last_answer_belong_to_the_key() -> None:
    turns = [Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "Bye"), Message("assistant", "Bye!")]
    assert row_from_messages(turns).key != row_from_messages(turns[2:]).key
    assert [m.content for m in row_from_messages(turns).conversation] == ["Hi", "Hello", "Bye", "Bye!"]


def test_duplicates_across_batches_are_counted_not_kept(store: Store) -> None:
    dataset = store.datasets.begin("twice")
    assert store.datasets.append_rows(dataset, [Row("a", "", "b"), Row("a", "", "b")], [("f", 1), ("f", 2)]).kept == 1
    again = store.datasets.append_rows(dataset, [Row("a", "", "b"), Row("c", "", "d")], [("f", 3), ("f", 4)])
    assert (again.kept, again.duplicates) == (1, 1)


def test_a_fingerprint_is_the_same_for_the_same_rows_in_any_order(store: Store) -> None:
    one, two = Row("a", "", "b"), Row("c", "", "d")
    first, second = add(store, "x", [one, two]), add(store, "y", [two, one])
    third = add(store, "z", [one])
    prints = [store.datasets.get(d).fingerprint for d in (first, second, third)]
    assert prints[0] == prints[1] != prints[2]


def test_names_in_use_get_a_number(store: Store) -> None:
    first, second = add(store, "alpaca", [Row("a", "", "b")]), add(store, "alpaca", [Row("c", "", "d")])
    assert [store.datasets.get(d).name for d in (first, second)] == ["alpaca", "alpaca (2)"]
    assert store.datasets.rename(second, "alpaca (2)") == "alpaca (2)"
    assert store.datasets.rename(second, "alpaca") == "alpaca (2)"


def test_deleting_forgets_texts_that_nothing_else_has(store: Store) -> None:
    shared, own = Row("shared", "", "yes"), Row("own", "", "yes")
    first, second = add(store, "first", [shared, own]), add(store, "second", [shared])
    numbers = {row.instruction: number for batch in store.rows.iterate(first) for number, row in batch}
    store.datasets.delete(first)
    assert store.rows.get(list(numbers.values())).keys() == {numbers["shared"]}
    with pytest.raises(StoreError, match="has been deleted"):
        store.datasets.get(first)
    assert store.datasets.get(second).rows == 1


def test_rejections_keep_file_row_reason_and_mend(store: Store) -> None:
    dataset = store.datasets.begin("refused")
    store.datasets.append_rejections(
        dataset, [Rejection("a.jsonl", 7, "broken", "mend it", "{"), Rejection("b.json", None, "cut off", "again", "")]
    )
    store.datasets.finish(dataset)
    found = store.datasets.rejections(dataset)
    assert list(found["file"]) == ["a.jsonl", "b.json"] and found["row"].tolist()[0] == 7
    assert store.datasets.get(dataset).rejected == 2


def test_a_row_knows_where_it_came_from(store: Store) -> None:
    dataset = store.datasets.begin("origin", origin={"files": ["a.jsonl"]})
    store.datasets.append_rows(dataset, [Row("a", "", "b", extra='{"kind":"code"}')], [("a.jsonl", 41)])
    store.datasets.finish(dataset)
    [(number, _)] = next(store.rows.iterate(dataset))
    assert store.rows.origin(dataset, number) == {"source_file": "a.jsonl", "source_row": 41, "extra": {"kind": "code"}}
