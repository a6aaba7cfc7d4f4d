"""The job that makes a map of the rows: embeddings and texts in, a place and a cluster for each out."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.embeddings.clusters import NONE, Clusters, find_clusters
from core.errors import JobError
from core.rows.cluster_names import cluster_names
from core.store.maps import MapTables
from jobs.maps.spec import MapSpec
from jobs.queue.durable import DurableStep
from jobs.queue.folder import JobFolder, job_file, new_folder
from jobs.queue.progress import JobProgress
from jobs.queue.tables import naming_damaged_tables, read_embeddings, write_table, write_vectors

PART = "map-00000.parquet"
TEXTS = "texts.parquet"
NAMED_BY = 20_000  # rows whose texts name the clusters
CHARACTERS = 400  # of a prompt and of a response that a name is made of


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
        with job_file(folder.input / TEXTS) as partial:
            pq.write_table(maps.texts(dataset_ids, embedding_model, NAMED_BY, CHARACTERS), partial)
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
        clusters = find_clusters(made.points, progress, spec.seed)
        names = self._names(keys, clusters, progress)
        self._folder.log(f"{clusters.count} clusters in {clusters.sampled:,} rows.")
        n, numbers = len(keys), clusters.numbers.tolist()
        columns = {
            "key": pa.array(keys, pa.string()),
            "x": pa.array(made.points[:, 0], pa.float32()),
            "y": pa.array(made.points[:, 1], pa.float32()),
            "model": pa.array([spec.embedding_model] * n, pa.string()),
            "datasets": pa.array([list(spec.dataset_ids)] * n, pa.list_(pa.int32())),
            "method": pa.array([made.method] * n, pa.string()),
            "fitted": pa.array([made.fitted] * n, pa.int64()),
            "cluster": pa.array([each or None for each in numbers], pa.int32()),
            "cluster_name": pa.array([names[each - 1] if each else None for each in numbers], pa.string()),
            "clusters_sampled": pa.array([clusters.sampled] * n, pa.int64()),
        }
        write_table(self._folder, PART, pa.table(columns))
        return n

    def _names(self, keys: list[str], clusters: Clusters, progress: JobProgress) -> tuple[str, ...]:
        """The clusters' names by the texts that came along; a job of an earlier version has none."""
        progress.update(len(keys), len(keys), "Naming clusters")
        file = self._folder.input / TEXTS
        if not file.exists():
            return cluster_names([], np.empty(0, np.int32), clusters.count)
        with naming_damaged_tables(self._folder):
            texts = pq.read_table(file).to_pydict()
        cluster_of = dict(zip(keys, clusters.numbers.tolist(), strict=True))
        groups = np.array([cluster_of.get(key, NONE) for key in texts["key"]], np.int32)
        joined = [f"{prompt}\n{response}" for prompt, response in zip(texts["prompt"], texts["response"], strict=True)]
        return cluster_names(joined, groups, clusters.count)
