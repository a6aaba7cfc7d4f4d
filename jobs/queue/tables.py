"""Tables in the files of a job: results, and embeddings, fast enough that nobody waits for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import JobError
from jobs.queue.folder import JobFolder, job_file


def write_vectors(path: Path, vectors: pa.Table) -> None:
    """Write a table of embeddings as plain Parquet.

    They neither repeat nor compress: trying takes many times as long, for a file of the same size.

    Raises:
        StorageFull: there is no space left.
    """
    with job_file(path) as partial:
        pq.write_table(vectors, partial, use_dictionary=False, compression="none")


def write_table(folder: JobFolder, name: str, table: pa.Table) -> None:
    """Write one part, whole or not at all."""
    with job_file(folder.parts / name) as partial:
        pq.write_table(table, partial, compression="zstd")


def write_embeddings(folder: JobFolder, name: str, keys: list[str], vectors: np.ndarray, model: str) -> None:
    """Write a part of embeddings: key, model, vector."""
    flat = pa.array(np.ascontiguousarray(vectors, np.float32).ravel())
    offsets = pa.array(np.arange(len(keys) + 1, dtype=np.int32) * (vectors.shape[1] if len(keys) else 0))
    write_table(
        folder,
        name,
        pa.table(
            {
                "key": pa.array(keys, pa.string()),
                "model": pa.array([model] * len(keys), pa.string()),
                "vector": pa.ListArray.from_arrays(offsets, flat),
            }
        ),
    )


def read_embeddings(folder: JobFolder) -> tuple[list[str], np.ndarray]:
    """All embeddings of the job's dataset, given and computed: keys and unit vectors of shape (rows, 384)."""
    sources = [folder.input / "embeddings.parquet"]
    sources += [part for part in folder.finished_parts() if part.name.startswith("embeddings-")]
    keys: list[str] = []
    vectors = []
    for found in _tables(folder, sources):
        keys += found["key"].to_pylist()
        flat = found["vector"].combine_chunks().flatten()
        vectors.append(np.asarray(flat, np.float32).reshape(found.num_rows, -1))
    return keys, np.concatenate(vectors) if vectors else np.empty((0, 0), np.float32)


@contextmanager
def naming_damaged_tables(folder: JobFolder) -> Iterator[None]:
    """Tell a Parquet file that is gone or can't be read in words."""
    try:
        yield
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise JobError(
            "A file of this job is missing or damaged.",
            where=str(folder.path),
            mend="Start the job again on the Indicators page.",
        ) from error


def _tables(folder: JobFolder, sources: list[Path]) -> Iterator[pa.Table]:
    for source in sources:
        with naming_damaged_tables(folder):
            table = pq.read_table(source, columns=["key", "vector"])
        if table.num_rows:
            yield table
