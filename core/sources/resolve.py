"""Where rows come from: a path, a folder, a pattern, an address, a table of a DuckDB file or a dataset of the hub."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from core.errors import InputError
from core.formats.archive import is_archive, members_of
from core.formats.format import KINDS, KNOWN_ENDING, PACKINGS
from core.progress import Progress
from core.sources.download import fetch, is_address
from core.sources.duckdb_file import ForeignTable, is_duckdb, table_as_parquet, tables_in
from core.sources.file_kinds import is_bookkeeping, is_data, may_be_data
from core.sources.folder import ALL, NO_SPLITS, data_files, passed_over, splits_of
from core.sources.hub import hub_files
from core.sources.source_file import SourceFile
from core.sources.trainer_columns import columns_beside

HUB = "hub:"
SUFFIXES = [*(kind + packed for kind in KINDS for packed in ("", *(f".{each}" for each in PACKINGS))), "zip"]
_PART = re.compile(r"-\d{5}-of-\d{5}$")  # of a dataset in several files


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
        split: of a dataset of the hub or a folder that has splits; "" for `train`.
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
    files = fetched_files(source, uploads, progress) if fetched else found_files(source, split or "train")
    if is_duckdb(files[0].path):
        chosen = _table(files[0], own, table)
        return ResolvedSource(chosen.name, (table_file(files[0], own, chosen, uploads, progress),))
    if table:
        raise InputError("This is not a DuckDB file, so it has no tables.", where=source, mend="Remove the table name.")
    return ResolvedSource(name_of(files[0]), tuple(files))


def name_of(file: SourceFile) -> str:
    """The name that suits the dataset of a file: `answers-v1.5` of `answers-v1.5.jsonl.gz`.

    Of one of several parts in a folder it is the folder's.
    """
    path = PurePosixPath(file.shown_name)
    name = KNOWN_ENDING.sub("", path.name) or path.name
    whole = _PART.sub("", name)
    return path.parts[0] if whole != name and len(path.parts) > 1 and not is_address(file.shown_name) else whole


def found_files(typed: str, split: str = "train") -> Sequence[SourceFile]:
    """The files that a typed path, folder or pattern means, by name; of an archive those in it.

    Args:
        split: of a folder that has splits.

    Raises:
        InputError: nothing is there, or not that split.
    """
    place = _place(typed)
    if place.is_dir():
        found = data_files(place, split)
        files = [SourceFile(each, _shown(each, place), columns=found.columns.get(each, ())) for each in found.files]
        files[:1] = [replace(each, notes=found.notes) for each in files[:1]]
    elif place.exists() or any(is_archive(parent) for parent in place.parents):
        files = [SourceFile(place, place.name)]
        notes = [NO_SPLITS.format(split)] if split not in ("train", ALL) else []
        files = [replace(each, notes=(*each.notes, *notes)) for each in map(_described, files)]
    else:
        matching = [each for each in sorted(Path(place.anchor).glob(str(place)[len(place.anchor) :])) if each.is_file()]
        beside = [each for each in matching if is_bookkeeping(each.name)]
        chosen = [each for each in matching if each not in beside] or matching
        files = [SourceFile(each, each.name) for each in chosen]
        note = passed_over(place.parent.name, [each.name for each in beside if each not in chosen])
        files[:1] = [replace(each, notes=note) for each in files[:1]]
        files = list(map(_described, files))
    if not files:
        raise InputError("No data file found.", where=typed, mend=f"Check the path. Known endings: {', '.join(KINDS)}.")
    return unpacked(files)


def splits_at(typed: str) -> tuple[str, ...]:
    """The splits that a typed folder tells apart; none of anything else."""
    place = _place(typed)
    return splits_of(place) if place.is_dir() else ()


def _place(typed: str) -> Path:
    return Path(typed.strip().strip("'\"")).expanduser().absolute()


def _shown(file: Path, folder: Path) -> str:
    """As the user knows a file of a folder: with the folder where its own name says too little."""
    plain = file.parent == folder and not _PART.search(KNOWN_ENDING.sub("", file.name))
    return file.name if plain else f"{folder.name}/{file.relative_to(folder).as_posix()}"


def unpacked(files: Sequence[SourceFile]) -> Sequence[SourceFile]:
    """The files, and in place of each archive the data files in it, which are read where they are.

    An archive that can't be read or has no data file stays itself, and is refused where its rows are asked for.
    """
    return [each for file in files for each in (_members(file) if is_archive(file.path) else [file])]


def _described(file: SourceFile) -> SourceFile:
    """The file with the columns that a description beside it has for it."""
    columns, notes = columns_beside(file.path)
    return replace(file, columns=columns, notes=(*file.notes, *notes))


def _members(archive: SourceFile) -> Sequence[SourceFile]:
    try:
        names = list(dict.fromkeys(each.filename for each in members_of(archive.path, archive.shown_name)))
    except InputError:
        return [archive]
    inside = [name for name in names if _stays_inside(name)]
    chosen = [name for name in inside if is_data(PurePosixPath(name).name)]
    chosen = chosen or [name for name in inside if may_be_data(PurePosixPath(name).name)]
    if not chosen:
        return [archive]
    files = [_described(SourceFile(archive.path / name, f"{archive.shown_name}/{name}")) for name in chosen]
    note = passed_over(archive.shown_name, [name for name in names if name not in chosen])
    return [replace(files[0], notes=(*archive.notes, *files[0].notes, *note)), *files[1:]]


def _stays_inside(name: str) -> bool:
    """Whether a name in an archive is that of a place below it, written as paths are."""
    path = PurePosixPath(name)
    return path.as_posix() == name and not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]


def fetched_files(address: str, uploads: Path, progress: Progress) -> Sequence[SourceFile]:
    """Copies of the files at an address.

    Raises:
        InputError, StorageFull, StoreError, Cancelled: as `core.sources.download.fetch`.
    """
    return unpacked([SourceFile(each.path, each.address) for each in fetch(address, uploads / "fetched", progress)])


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
