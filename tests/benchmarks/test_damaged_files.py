"""The harness of damaged files: it sees faults, and some of its files are loaded every time the tests run."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.faults_files import BEFORE, fault_of, file_number, load_one
from core.datasets.loading import load_files
from core.progress import Silent
from core.sources.source_file import SourceFile
from core.store import Store
from tests.core.formats.mutations import VALID, Damaged
from tests.scored_store import add_dataset


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "studio.duckdb")
    add_dataset(store, "before", BEFORE)
    return store


def test_damaged_files_give_rows_or_a_sentence(store: Store, tmp_path: Path) -> None:
    told = [load_one(store, tmp_path, file_number(seed=2, number=number)) for number in range(80)]
    assert [each for each in told if each["outcome"] == "fault"] == []
    assert {each["outcome"] for each in told} == {"rows", "sentence"}


@pytest.mark.parametrize("name", VALID)
def test_what_is_damaged_was_whole_before(name: str, store: Store, tmp_path: Path) -> None:
    told = load_one(store, tmp_path, Damaged("not at all", name, VALID[name]))
    rows = 30 if name.startswith(("longer.", "turns.")) else 2
    assert (told["outcome"], told["kept"], told["rejected"]) == ("rows", rows, 0)


def test_numbers_that_do_not_add_up_are_a_fault(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(VALID["longer.jsonl"])
    report = load_files(store, "rows", [SourceFile(tmp_path / "rows.jsonl", "rows.jsonl")], None, Silent())
    assert fault_of(store, report) == ""
    assert "don't add up" in fault_of(store, replace(report, kept=29))
    assert "are stored" in fault_of(store, replace(report, kept=29, rejected=1))
