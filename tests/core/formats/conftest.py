"""A store with a dataset in it, and loading into it: whatever is loaded, what was there before stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.datasets.loading import LoadReport, load_files
from core.errors import InputError
from core.progress import Silent
from core.rows.row import Row
from core.sources.source_file import SourceFile
from core.store import Store

BEFORE = [Row("What was here before?", "", "This row."), Row("And?", "", "This one.")]


@dataclass(frozen=True)
class Loaded:
    """What a load left in the store, and how it counted; `told` has a line for each rejection."""

    report: LoadReport
    rows: list[Row]
    told: list[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(row.instruction, row.output) for row in self.rows]


Load = Callable[[str, bytes], Loaded]


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("store") / "studio.duckdb") as store:
        dataset = store.datasets.begin("before")
        store.datasets.append_rows(dataset, BEFORE, [("before.jsonl", 1), ("before.jsonl", 2)])
        store.datasets.finish(dataset)
        yield store


@pytest.fixture
def load(shared_store: Store, tmp_path: Path) -> Iterator[Load]:
    """Write a file and load it. Afterwards every dataset but the first is removed, and that one is as it was."""

    def write_and_load(name: str, content: bytes) -> Loaded:
        path = tmp_path / name
        path.write_bytes(content)
        report = load_files(shared_store, "loaded", [SourceFile(path, name)], None, Silent())
        assert report.rows_read == report.kept + report.duplicates + report.rejected
        rows = [row for batch in shared_store.rows.iterate(report.dataset_id) for _, row in batch]
        refused = shared_store.datasets.rejections(report.dataset_id)
        assert len(rows) == report.kept and len(refused) == report.rejected
        assert all(refused["file"] == name) and all(refused["mend"] != "")
        told = [f"row {row}: {reason}" for row, reason in zip(refused["row"], refused["reason"], strict=True)]
        return Loaded(report, rows, told)

    yield write_and_load
    first, *others = shared_store.datasets.all()
    for dataset in others:
        shared_store.datasets.delete(dataset.dataset_id)
    assert [row for batch in shared_store.rows.iterate(first.dataset_id) for _, row in batch] == BEFORE


def refusal(load: Load, name: str, content: bytes) -> str:
    """The sentence of a file that is refused as a whole; it names the file and a mend."""
    with pytest.raises(InputError) as told:
        load(name, content)
    assert told.value.where.startswith(name)
    assert told.value.mend
    return told.value.what
