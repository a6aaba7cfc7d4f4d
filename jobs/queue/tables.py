"""Embeddings as a file for the worker, fast enough that nobody waits for it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.queue.folder import job_file


def write_vectors(path: Path, vectors: pa.Table) -> None:
    """Write a table of embeddings as plain Parquet.

    They neither repeat nor compress: trying takes many times as long, for a file of the same size.

    Raises:
        StorageFull: there is no space left.
    """
    with job_file(path) as partial:
        pq.write_table(vectors, partial, use_dictionary=False, compression="none")
