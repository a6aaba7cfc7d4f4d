"""The job that makes a map of the rows: their embeddings in, a place for each out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from core.errors import JobError
from core.store.maps import MapTables
from jobs.maps.spec import MapSpec
from jobs.queue.durable import DurableStep
from jobs.queue.folder import JobFolder, new_folder
from jobs.queue.progress import JobProgress
from jobs.queue.tables import read_embeddings, write_table, write_vectors

if TYPE_CHECKING:
    pass

PART = "map-00000.parquet"


def new_map_folder(maps: MapTables, jobs: Path, dataset_ids: Sequence[int], embedding_model: str) -> JobFolder:
    """Write the folder of a job that makes a map of these datasets, ready for `JobClient.enqueue`.

    Raises:
        JobError: no row of them has an embedding yet.
        StorageFull: there is no space left; nothing is left behind.
    """
    vectors = maps.input(dataset_ids, embedding_model)
    if not vectors.num_rows:
        raise JobError("No row has an embedding.", mend="Score the KNN distance first, on the Indicators page.")
    folder = new_folder(jobs)
    spec = MapSpec(f"Map of {vectors.num_rows:,} rows", tuple(sorted(dataset_ids)), embedding_model, vectors.num_rows)
    try:
        folder.create()
        write_vectors(folder.input / "embeddings.parquet", vectors)
        folder.write_spec(spec.as_dict())
    except BaseException:
        folder.remove()
        raise
    return folder


class MapJob:
    """One run of the job. It has a single step: a run after a crash begins anew."""

    def __init__(self, folder: JobFolder, cancelled: Callable[[], bool]) -> None:
        self._folder, self._cancelled = folder, cancelled

    def run(self, step: DurableStep) -> None:
        """Make the map if it is not there yet.

        Raises:
            Cancelled: the user has cancelled the job.
            StudioError: what stops it, in words for the user.
        """
        folder = self._folder
        if folder.state().stage == "done":
            return
        folder.remove_unfinished()
        spec = MapSpec.from_dict(folder.spec())
        progress = JobProgress(folder, spec.rows, spec.rows, self._cancelled)
        folder.log(f"Started: {spec.rows:,} rows.")
        step(PART, lambda: self._lay_out(spec, progress))
        progress.finish(spec.rows, spec.rows, computed=True)
        folder.log("Done.")
        progress.end("done")

    def _lay_out(self, spec: MapSpec, progress: JobProgress) -> int:
        from core.embeddings.projection import (
            project,  # UMAP compiles itself at the first use, so only a worker loads it
        )

        progress.begin("mapping", spec.rows, spec.rows, "Reading embeddings")
        keys, vectors = read_embeddings(self._folder)
        made = project(vectors, progress, spec.seed)
        self._folder.log(f"{made.method} of {made.fitted:,} rows; {len(keys) - made.fitted:,} rows projected onto it.")
        _write(self._folder, spec, keys, made.points, made.method, made.fitted)
        return len(keys)


def _write(folder: JobFolder, spec: MapSpec, keys: list[str], points: np.ndarray, method: str, fitted: int) -> None:
    n = len(keys)
    columns = {
        "key": pa.array(keys, pa.string()),
        "x": pa.array(points[:, 0], pa.float32()),
        "y": pa.array(points[:, 1], pa.float32()),
        "model": pa.array([spec.embedding_model] * n, pa.string()),
        "datasets": pa.array([list(spec.dataset_ids)] * n, pa.list_(pa.int32())),
        "method": pa.array([method] * n, pa.string()),
        "fitted": pa.array([fitted] * n, pa.int64()),
    }
    write_table(folder, PART, pa.table(columns))
