"""What is killed of the analysis of rows: a map, near-duplicates that are marked, and a large export."""

from pathlib import Path

import datasketch  # noqa: F401  # once, so that no child has to

from benchmarks.faults_operation import Operation, dataset_lines
from benchmarks.faults_operations import Export, finish_jobs, with_embedded_rows
from benchmarks.loading import write_rows
from core.datasets.checks import near_duplicates_in
from core.datasets.loading import load_files
from core.indicators.scoring import embedding_model
from core.models.profiles import profile
from core.paths import StudioPaths
from core.progress import Silent
from core.rows.marks import Mark
from core.sources.source_file import SourceFile
from core.store import Store
from jobs.client import JobClient
from jobs.maps.job import new_map_folder
from jobs.maps.kind import KIND

MAPPED_ROWS, COMPARED_ROWS, REPEATED_EVERY = 160, 600, 10
MANY_ROWS, MANY_KEPT = 20_000, 16_000


class Project(Operation):
    """A worker lays embeddings that are known already out in the plane, and finds and names their clusters."""

    name = "map"
    kills_each = 5

    def prepare(self, root: Path) -> None:
        studio, number = with_embedded_rows(root, MAPPED_ROWS, seed=5)
        model = embedding_model(profile("embedded"))
        studio.client.enqueue(new_map_folder(studio.store.maps, studio.paths.jobs, [number], model), KIND)
        studio.close()

    def work(self, root: Path) -> None:
        finish_jobs(root)

    def look(self, root: Path) -> list[str]:
        paths = StudioPaths(root)
        with Store.open(paths.store) as store:
            JobClient(paths).take_in(store)
            with store.connection.read() as cursor:
                found = cursor.execute("SELECT row_id, x, y FROM map_points ORDER BY ALL").fetchall()
                found += cursor.execute("SELECT cluster, name FROM map_clusters ORDER BY ALL").fetchall()
        return [" ".join(map(str, line)) for line in found]


class NearDuplicates(Operation):
    """Near-duplicates are found, and marked to be dropped."""

    name = "near-duplicates"

    def prepare(self, root: Path) -> None:
        write_rows(root / "rows.jsonl", COMPARED_ROWS, seed=6)
        lines = (root / "rows.jsonl").read_text("utf-8").splitlines()
        lines += [line.replace('"output": "', '"output": "Well, ') for line in lines[::REPEATED_EVERY]]
        (root / "rows.jsonl").write_text("\n".join(lines), "utf-8")
        with Store.open(StudioPaths(root).store) as store:
            load_files(store, "rows", [SourceFile(root / "rows.jsonl", "rows.jsonl")], None, Silent())

    def work(self, root: Path) -> None:
        with Store.open(StudioPaths(root).store) as store:
            found = near_duplicates_in(store, [store.datasets.all()[0].dataset_id], 0.8, Silent())
            store.marks.mark(found.row_ids, Mark.DROP)

    def look(self, root: Path) -> list[str]:
        with Store.open(StudioPaths(root).store) as store:
            number = store.datasets.all()[0].dataset_id
            rows = [row_id for batch in store.rows.iterate(number) for row_id, _ in batch]
            marks = [f"{row_id} is marked {mark.mark}" for row_id, mark in store.marks.of(rows).items()]
            return dataset_lines(store, number) + marks


class LargeExport(Export):
    """Most of many rows go into files where an export of the same name stands already."""

    name = "large export"
    rows, kept = MANY_ROWS, MANY_KEPT


ANALYSIS_OPERATIONS: tuple[Operation, ...] = (Project(), NearDuplicates(), LargeExport())
