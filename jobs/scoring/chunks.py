"""The rows of a scoring job on disk: written in order of work and length, cut into chunks, read one chunk at a time."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.rows.row import Row
from jobs.queue.folder import JobFolder, job_file
from jobs.queue.tables import naming_damaged_tables, write_table
from jobs.scoring.spec import ScoringSpec

_ROW_GROUP = 1_024
POOL = "pool.parquet"
TEXTS = ("instruction", "input", "output", "messages")


@dataclass(frozen=True)
class ChunkPlan:
    """One step's worth of rows, all lacking the same.

    Attributes:
        index: the number in the names of its parts.
        first, rows: which rows of the input.
        characters: of text in them, the measure of the work.
        indicators: what they lack.
        embed: whether their embeddings are wanted too.
    """

    index: int
    first: int
    rows: int
    characters: int
    indicators: tuple[str, ...]
    embed: bool

    @property
    def scores_name(self) -> str:
        return f"scores-{self.index:05d}.parquet"

    @property
    def embeddings_name(self) -> str:
        return f"embeddings-{self.index:05d}.parquet"


def write_rows(folder: JobFolder, missing: pa.Table, row_indicators: Collection[str], embedded: pa.Array | None) -> int:
    """Write `input/rows.parquet`: what a model has to read, rows that lack the same together, short ones first.

    Args:
        folder: of the job.
        missing: from `Store.missing_scores`.
        row_indicators: those that a row has by itself.
        embedded: keys of rows whose embedding is known already; None when no embeddings are wanted.

    Returns: how many rows were written.
    """
    work = [
        ",".join(sorted(name for name in names if name in row_indicators)) for names in missing["missing"].to_pylist()
    ]
    embed = pa.array(np.zeros(len(work), bool)) if embedded is None else pc.invert(pc.is_in(missing["key"], embedded))
    lengths = [pc.utf8_length(missing[name]).fill_null(0) for name in TEXTS]
    table = missing.drop_columns(["missing"])
    table = table.append_column("work", pa.array(work, pa.string())).append_column("embed", embed)
    table = table.append_column("characters", pc.add(pc.add(lengths[0], lengths[1]), lengths[2]).cast(pa.int64()))
    table = table.filter(pc.or_(pc.not_equal(table["work"], ""), table["embed"]))
    order = pc.sort_indices(
        table.select(["work", "embed", "characters"]),
        sort_keys=[("work", "ascending"), ("embed", "ascending"), ("characters", "ascending")],
    )

    with (
        job_file(folder.input / "rows.parquet") as partial,
        pq.ParquetWriter(partial, table.schema, compression="zstd") as writer,
    ):
        for start in range(0, len(order), _ROW_GROUP):
            writer.write_table(table.take(order[start : start + _ROW_GROUP]), row_group_size=_ROW_GROUP)
    return table.num_rows


def write_pool(folder: JobFolder, missing: pa.Table) -> None:
    """Write `input/pool.parquet`: the texts of a dataset, for indicators that compare them.

    Args:
        missing: from `Store.missing_scores`; such an indicator is missing for all rows of its dataset or for none.
    """
    texts = missing.select(["key", *TEXTS])
    with job_file(folder.input / POOL) as partial:
        pq.write_table(texts, partial, compression="zstd")


def read_pool(folder: JobFolder) -> tuple[list[str], list[Row]]:
    """The keys and rows of the job's dataset.

    Raises:
        JobError: the input is gone or damaged.
    """
    with naming_damaged_tables(folder):
        table = pq.read_table(folder.input / POOL)
    return table["key"].to_pylist(), rows_of(table)


def plan_chunks(folder: JobFolder, spec: ScoringSpec) -> list[ChunkPlan]:
    """Cut the input into chunks; the same input gives the same chunks, whenever it is asked.

    Raises:
        JobError: the input is gone or damaged.
    """
    if spec.rows == 0:
        return []
    with naming_damaged_tables(folder):
        table = pq.read_table(folder.input / "rows.parquet", columns=["work", "embed", "characters"])
    rows = zip(*(table[name].to_pylist() for name in ("work", "embed", "characters")), strict=True)
    plans: list[ChunkPlan] = []
    first, characters, kind = 0, 0, ("", False)
    for position, (work, embed, length) in enumerate(rows):
        full = position - first >= spec.chunk_rows or characters + length > spec.chunk_characters
        if position > first and (full or kind != (work, embed)):
            plans.append(_plan(len(plans), first, position - first, characters, kind))
            first, characters = position, 0
        kind, characters = (work, embed), characters + length
    plans.append(_plan(len(plans), first, table.num_rows - first, characters, kind))
    return plans


def _plan(index: int, first: int, rows: int, characters: int, kind: tuple[str, bool]) -> ChunkPlan:
    return ChunkPlan(index, first, rows, characters, tuple(name for name in kind[0].split(",") if name), kind[1])


def read_chunk(folder: JobFolder, plan: ChunkPlan) -> tuple[list[str], list[Row]]:
    """The keys and rows of a chunk.

    Raises:
        JobError: the input is gone or damaged.
    """
    with naming_damaged_tables(folder), pq.ParquetFile(folder.input / "rows.parquet") as file:
        groups = range(plan.first // _ROW_GROUP, (plan.first + plan.rows - 1) // _ROW_GROUP + 1)
        table = file.read_row_groups(list(groups), columns=["key", *TEXTS])
    table = table.slice(plan.first - groups[0] * _ROW_GROUP, plan.rows)
    return table["key"].to_pylist(), rows_of(table)


def rows_of(table: pa.Table) -> list[Row]:
    """The rows of a table of texts."""
    texts = zip(*(table[name].to_pylist() for name in TEXTS), strict=True)
    return [Row(*text) for text in texts]


def write_scores(
    folder: JobFolder, name: str, keys: list[str], values: dict[str, np.ndarray], spec: ScoringSpec
) -> None:
    """Write a part of scores: key, indicator, model, settings, value (null where the indicator is undefined)."""
    columns: dict[str, list[str]] = {"key": [], "indicator": [], "model": [], "settings": []}
    for indicator in values:
        scorer = spec.scorer(indicator)
        columns["key"] += keys
        for column in ("indicator", "model", "settings"):
            columns[column] += [getattr(scorer, column)] * len(keys)
    every = np.concatenate([np.empty(0), *values.values()]).astype(np.float64)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    write_table(folder, name, table.append_column("value", pa.array(every, mask=~np.isfinite(every))))
