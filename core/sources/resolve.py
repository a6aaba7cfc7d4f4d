"""Where rows come from: a path, a folder, a pattern, an address, a table of a DuckDB file or a dataset of the hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.progress import Progress
from core.sources.download import fetch, is_address
from core.sources.duckdb_file import ForeignTable, is_duckdb, table_as_parquet, tables_in
from core.sources.hub import hub_files
from core.sources.source_file import SourceFile

HUB = "hub:"
SUFFIXES = [kind + packed for kind in ("jsonl", "json", "csv", "tsv", "parquet") for packed in ("", ".gz", ".zst")]


@dataclass(frozen=True)
class ResolvedSource:
    """Files to load, and the name that suits their dataset."""

    name: str
    files: tuple[SourceFile, ...]


def incoming(
    source: str, uploads: Path, own: Path, progress: Progress, split: str = "", table: str = ""
) -> ResolvedSource:
    """The files that a source means; what is not a file of this computer is copied into `uploads` first.

    Args:
        source: a path, folder or pattern, an address, or `hub:owner/name`.
        own: the studio's store, which is refused.
        split: of a dataset of the hub; "" for `train`.
        table: of a DuckDB file, as `name` or `schema.name`; "" for the only one.

    Raises:
        InputError: nothing is there or can be read, or which table is meant can't be told.
        StorageFull, StoreError: `uploads` can't be written.
        Cancelled: `progress` said so.
    """
    if source.startswith(HUB):
        dataset = source.removeprefix(HUB)
        found = hub_files(dataset, split or "train", uploads / "hub", progress)
        name = dataset.partition(":")[0].split("/")[-1]
        return ResolvedSource(name, tuple(SourceFile(path, f"{dataset}/{path.name}") for path in found))
    fetched = is_address(source)
    files = fetched_files(source, uploads, progress) if fetched else found_files(source)
    if is_duckdb(files[0].path):
        chosen = _table(files[0], own, table)
        return ResolvedSource(chosen.name, (table_file(files[0], own, chosen, uploads, progress),))
    if table:
        raise InputError("This is not a DuckDB file, so it has no tables.", where=source, mend="Remove the table name.")
    return ResolvedSource(name_of(files[0]), tuple(files))


def name_of(file: SourceFile) -> str:
    """The name that suits the dataset of a file: `answers` of `answers.jsonl.gz`."""
    return Path(file.shown_name).name.split(".")[0]


def found_files(typed: str) -> Sequence[SourceFile]:
    """The files that a typed path, folder or pattern means, by name.

    Raises:
        InputError: nothing is there.
    """
    place = Path(typed.strip().strip("'\"")).expanduser().absolute()
    if place.is_file():
        found = [place]
    elif place.is_dir():
        found = [each for each in sorted(place.iterdir()) if each.is_file() and _known(each)]
    else:
        found = [each for each in sorted(Path(place.anchor).glob(str(place)[len(place.anchor) :])) if each.is_file()]
    if not found:
        raise InputError(
            "No data file found.", where=typed, mend=f"Check the path. Known endings: {', '.join(SUFFIXES[::3])}."
        )
    return [SourceFile(each, each.name) for each in found]


def fetched_files(address: str, uploads: Path, progress: Progress) -> Sequence[SourceFile]:
    """Copies of the files at an address.

    Raises:
        InputError, StorageFull, StoreError, Cancelled: as `core.sources.download.fetch`.
    """
    return [SourceFile(each.path, each.address) for each in fetch(address, uploads / "fetched", progress)]


def table_file(database: SourceFile, own: Path, table: ForeignTable, uploads: Path, progress: Progress) -> SourceFile:
    """The rows of a table of a DuckDB file as a file.

    Raises:
        InputError, StorageFull, StoreError, Cancelled: as `core.sources.duckdb_file.table_as_parquet`.
    """
    place = table_as_parquet(database.path, own, table, uploads / "tables", progress)
    return SourceFile(place, f"{database.shown_name}/{table.title}")


def _table(database: SourceFile, own: Path, wanted: str) -> ForeignTable:
    tables = tables_in(database.path, own)
    meant = [each for each in tables if wanted in ("", each.title, f"{each.schema}.{each.name}")]
    if len(meant) != 1:
        raise InputError(
            f"There is no table “{wanted}”." if wanted else f"The file has {len(tables)} tables.",
            where=database.shown_name,
            mend=f"Choose from {', '.join(each.title for each in tables)}.",
        )
    return meant[0]


def _known(path: Path) -> bool:
    return any(path.name.lower().endswith(f".{suffix}") for suffix in SUFFIXES)
