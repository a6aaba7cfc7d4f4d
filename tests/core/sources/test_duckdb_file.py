"""A table of a strange DuckDB file is read without changing or executing anything of it, and refused in words."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from core.datasets.loading import load_files
from core.errors import InputError
from core.progress import Silent
from core.sources.duckdb_file import ForeignTable, is_duckdb, table_as_parquet, tables_in
from core.sources.source_file import SourceFile
from core.store import Store


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE qa AS FROM range(70) r(i) SELECT 'Ask ' || i instruction, 'Say ' || i output")
        connection.execute("INSERT INTO qa VALUES ('No answer', NULL)")
        connection.execute('CREATE SCHEMA "odd ""one"""')
        connection.execute('CREATE TABLE "odd ""one"""."a;b" AS SELECT [{role: \'user\', content: \'Hi\'}] AS messages')
        connection.execute("CREATE VIEW three AS SELECT * FROM qa LIMIT 3")
    return path


def test_a_table_goes_through_the_ordinary_load_with_its_bad_rows_told(foreign: Path, tmp_path: Path) -> None:
    own = tmp_path / "studio.duckdb"
    assert is_duckdb(foreign)
    tables = {table.title: table for table in tables_in(foreign, own)}
    assert tables == {
        "qa": ForeignTable("main", "qa", 71),
        'odd "one".a;b': ForeignTable('odd "one"', "a;b", 1),
        "three": ForeignTable("main", "three", None),
    }
    before = foreign.read_bytes()
    copy = table_as_parquet(foreign, own, tables["qa"], tmp_path / "copies", Silent())
    with Store.open(own) as store:
        report = load_files(store, "qa", [SourceFile(copy, "theirs.duckdb/qa")], None, Silent())
        loaded = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
    assert (report.kept, report.rejected, report.rejections_sample[0].row) == (70, 1, 71)
    assert [row.instruction for row in loaded] == [f"Ask {i}" for i in range(70)]
    assert table_as_parquet(foreign, own, tables['odd "one".a;b'], tmp_path / "copies", Silent()).exists()
    assert foreign.read_bytes() == before


def test_a_view_that_reaches_for_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("instruction,output\na,b\n")
    path = tmp_path / "sly.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE VIEW sly AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    (view,) = tables_in(path, tmp_path / "own.duckdb")
    with pytest.raises(InputError, match="cannot be read"):
        table_as_parquet(path, tmp_path / "own.duckdb", view, tmp_path, Silent())


def test_the_studios_own_file_is_refused_also_under_another_name(tmp_path: Path) -> None:
    own = tmp_path / "studio.duckdb"
    (tmp_path / "link.duckdb").symlink_to(own)
    with Store.open(own), pytest.raises(InputError, match="database of this studio"):
        tables_in(tmp_path / "link.duckdb", own)


def test_a_file_that_another_process_writes_to_names_that_process(foreign: Path, tmp_path: Path) -> None:
    code = f"import duckdb, sys; c = duckdb.connect({str(foreign)!r}); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match=f"Process {holder.pid}"):
            tables_in(foreign, tmp_path / "own.duckdb")
    finally:
        holder.communicate()


def test_a_damaged_file_is_said_to_be_so(foreign: Path, tmp_path: Path) -> None:
    foreign.write_bytes(foreign.read_bytes()[:5000])
    with pytest.raises(InputError) as told:
        tables_in(foreign, tmp_path / "own.duckdb")
    assert str(foreign) in told.value.where and told.value.mend
