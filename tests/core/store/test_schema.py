"""Versions of the tables: forward, never backward, and nothing half done."""

from pathlib import Path

import duckdb
import pytest

from core.errors import StoreError
from core.store import Store
from core.store.schema import MIGRATIONS, VERSION, migrate


def test_a_first_version_database_opens_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    with duckdb.connect(str(path)) as old:
        migrate(old, MIGRATIONS[:1])
        old.execute("INSERT INTO settings VALUES ('profile', '\"embedded\"')")
        old.execute("INSERT INTO rows VALUES (1, '00112233445566778899aabbccddeeff'::UUID)")
        old.execute("INSERT INTO texts VALUES (1, 'Why?', '', 'Because.', NULL)")
        old.execute("INSERT INTO datasets VALUES (1, 'old', '', now(), '{}', true, 1, 0, 0, 'f')")
        old.execute("INSERT INTO dataset_rows VALUES (1, 0, 1, 'old.jsonl', 1, NULL)")
    with Store.open(path) as store:
        assert [d.name for d in store.datasets.all()] == ["old"]
        assert store.rows.get([1])[1].output == "Because."
        assert store.settings.get("profile") == "embedded"


def test_scores_of_words_are_kept_where_a_row_has_the_words_that_it_had(tmp_path: Path) -> None:
    texts = [
        "Plain.",
        "Curly ‘quotes’ – naïve ❤️",
        "北京",
        "हिन्दी",
        "Ha\u0300 No\u0323\u0302i",
        "می\u200cخواهم",
        "Привет",
    ]
    scorers = [("mtld", '{"threshold":0.72}'), ("input_words", "{}"), ("output_words", "{}"), ("input_length", "{}")]
    with duckdb.connect(str(tmp_path / "studio.duckdb")) as old:
        migrate(old, MIGRATIONS[:4])
        for number, scorer in enumerate(scorers, start=1):
            old.execute("INSERT INTO scorers VALUES (nextval('scorer_ids'), ?, 'none', ?)", [*scorer])
            old.execute("INSERT INTO scores SELECT range, ?, range + 0.5 FROM range(?)", [number, len(texts)])
        for row, text in enumerate(texts):
            old.execute("INSERT INTO texts VALUES (?, ?, '', ?, NULL)", [row, texts[row - 1], text])
        migrate(old)
        kept = old.execute(
            """
            SELECT indicator, settings, list(row_id ORDER BY row_id), bool_and(value = row_id + 0.5)
            FROM scores JOIN scorers USING (scorer_id) GROUP BY ALL
            """
        ).fetchall()
    earlier = [(*scorer, [0, 1, 2, 3, 4, 5, 6], True) for scorer in scorers]
    today = [
        ("mtld", '{"threshold":0.72,"words":2}', [0, 1, 6], True),
        ("input_words", '{"words":2}', [0, 1, 2, 4, 5, 6], True),
        ("output_words", '{"words":2}', [0, 1, 3, 4, 5, 6], True),
    ]
    assert sorted(kept) == sorted([*earlier, *today])


def test_a_migration_runs_once_and_in_order() -> None:
    connection = duckdb.connect(":memory:")
    steps = ("CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)", "CREATE TABLE first (n INTEGER)")
    assert migrate(connection, steps) == 0
    assert migrate(connection, (*steps, "ALTER TABLE first ADD COLUMN m INTEGER DEFAULT 7")) == 2
    assert migrate(connection, (*steps, "ALTER TABLE first ADD COLUMN m INTEGER DEFAULT 7")) == 3
    assert connection.execute("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'first'").fetchone() == (2,)


def test_a_failed_migration_leaves_the_version_before() -> None:
    connection = duckdb.connect(":memory:")
    steps = ("CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)",)
    migrate(connection, steps)
    with pytest.raises(duckdb.Error):
        migrate(connection, (*steps, "CREATE TABLE half (n INTEGER); SELECT no_such_function()"))
    assert connection.execute("SELECT value FROM meta").fetchone() == ("1",)
    assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


def test_data_of_a_newer_studio_are_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [str(VERSION + 1)])
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        Store.open(path)
    assert path.read_bytes() == before
