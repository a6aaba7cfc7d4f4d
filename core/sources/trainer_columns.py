"""Which column is what, as LLaMA-Factory's dataset_info.json says of the files beside it.

Source: its data/README.md; `tags` name the keys of a turn and who speaks.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.formats.archive import ArchivedFile, member_of, place_in
from core.humanize import listed
from core.sources.file_kinds import is_data, matching, split_named
from core.values.files import plain_json

DESCRIPTION = "dataset_info.json"
_HUB, _PLACES = "hf_hub_url", ("ms_hub_url", "om_hub_url", "script_url", "cloud_file_name")
_BOTH = {"system": "system", "tools": "tools", "chosen": "output", "rejected": "rejected",
         "kto_tag": "label"}  # fmt: skip
_PAIR = {"prompt": "instruction", "query": "input", "response": "output", "history": "history", **_BOTH}
_CONVERSATION = {"messages": "conversation", **_BOTH}
_TAGS = {
    "role_tag": "role_key", "content_tag": "content_key", "user_tag": "user_role", "assistant_tag": "assistant_role",
    "observation_tag": "tool_role", "function_tag": "call_role", "system_tag": "system_role",
}  # fmt: skip
_MOST_TOLD = 5
_LARGEST = 16 * 1024**2  # bytes of a description in an archive
Columns = tuple[tuple[str, str], ...]  # parts of a row with the columns for them
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class TrainerFiles:
    """What a description says of a folder.

    Attributes:
        columns: the files that it names, each with its columns.
        left: files that it names, of another split than it asks for.
        notes: what is not done of what it says, in sentences.
    """

    columns: Mapping[Path, Columns] = field(default_factory=dict)
    left: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def trainer_files(folder: Path, all_splits: bool = False) -> TrainerFiles:
    """The files that a folder's description names, as far as they are there; none without a description.

    Args:
        all_splits: whether files of other splits than it asks for are meant, too.
    """
    entries = _entries(folder / DESCRIPTION)
    columns: dict[Path, Columns] = {}
    left: list[Path] = []
    notes = list(_told_of(entries, folder))
    for name, entry in entries.items():
        found = _files(folder, entry)
        chosen, told = (found, []) if all_splits else _of_split(name, str(entry.get("split") or ""), found)
        left += [file for file in found if file not in chosen]
        notes += told
        for file in chosen:
            columns.setdefault(file, columns_in(entry))
    return TrainerFiles(columns, tuple(file for file in left if file not in columns), tuple(notes))


def columns_beside(file: Path) -> tuple[Columns, tuple[str, ...]]:
    """The columns that a description beside a file, or above its folder, has for it; and what is to be said of them."""
    for folder in (file.parent, file.parent.parent):
        found = _columns_of(_entries(folder / DESCRIPTION), file.relative_to(folder))
        if any(found):
            return found
    return (), ()


def columns_for(name: str, description: bytes | memoryview) -> tuple[Columns, tuple[str, ...]]:
    """The columns that a description has for a file that came with it, and what is to be said of them."""
    return _columns_of(_entries(bytes(description)), Path(name))


def _columns_of(entries: Mapping[str, Entry], file: Path) -> tuple[Columns, tuple[str, ...]]:
    entries = {name: each for name, each in entries.items() if _names(each, file)}
    name = next(iter(entries), "")
    if not name:
        return (), ()
    columns = columns_in(entries[name])
    notes = [f"Read by the columns of “{name}” in {DESCRIPTION}."] if columns else []
    _, of_split = _of_split(name, str(entries[name].get("split") or ""), [file])
    return columns, (*notes, *_told_of_rows(entries), *of_split)


def columns_in(entry: Entry) -> Columns:
    """Parts of a row with the columns that an entry names for them, and what it says of turns."""
    named = entry.get("columns")
    named = named if isinstance(named, Mapping) else {}
    turns = str(entry.get("formatting", "alpaca")) != "alpaca" or "messages" in named
    found = dict(_named(named, _CONVERSATION if turns else _PAIR))
    tags = entry.get("tags")
    if turns and isinstance(tags, Mapping):
        found |= dict(_named(tags, _TAGS))
        found.setdefault("conversation", "conversations")
    return tuple(found.items())


def _entries(description: Path | bytes) -> dict[str, Entry]:
    """The datasets of a description, by name; none where the file is another's, such as `save_to_disk`'s."""
    try:
        found = plain_json(_content(description) if isinstance(description, Path) else description, DESCRIPTION)
    except InputError:
        return {}
    named = found.items() if isinstance(found, dict) else ()
    entries: dict[str, Entry] = {str(name): each for name, each in named if isinstance(each, dict)}
    keys = {"file_name", _HUB, *_PLACES}
    return entries if any(keys & each.keys() for each in entries.values()) else {}


def _content(place: Path) -> Path | bytes:
    """A file, or what stands in one of an archive.

    Raises:
        InputError: there is no such file in the archive, or it is too large.
    """
    archived = None if place.exists() else place_in(place)
    if archived is None:
        return place
    if member_of(archived, str(place)).file_size > _LARGEST:
        raise InputError("The file is too large for a description.", where=str(place))
    with io.BufferedReader(ArchivedFile(archived)) as content:
        return content.read()


def _files_in(entry: Entry) -> list[str]:
    """The files or folders that an entry names."""
    name = entry.get("file_name")
    return [each for each in (name if isinstance(name, list) else [name]) if isinstance(each, str) and each]


def _files(folder: Path, entry: Entry) -> list[Path]:
    found = [file for name in _files_in(entry) for each in (name, f"{name}/*") for file in matching(folder, each)]
    return [file for file in dict.fromkeys(found) if is_data(file.name)]


def _names(entry: Entry, file: Path) -> bool:
    """Whether an entry means a file of its folder."""
    return any(file in (Path(name), Path(name, file.name)) for name in _files_in(entry))


def _of_split(name: str, wanted: str, files: Sequence[Path]) -> tuple[Sequence[Path], list[str]]:
    """The files of the split that an entry asks for, all where they tell none; and what is to be said of it."""
    split, part, _ = wanted.partition("[")
    usual = split_named(split) or split
    chosen = [file for file in files if split_named(file.name) == usual]
    notes = []
    if chosen and len(chosen) < len(files):
        left = ", ".join(file.name for file in files if file not in chosen)
        notes.append(f"Of {name} only the split {split} was read, as {DESCRIPTION} says, not {left}.")
    if files and wanted and (part or (usual != "train" and not chosen)):
        names = ", ".join(file.name for file in chosen or files)
        notes.append(f"All rows of {names} are read; {DESCRIPTION} says split {wanted}.")
    return chosen or files, notes


def _told_of(entries: Mapping[str, Entry], folder: Path) -> Iterator[str]:
    """What is not done of what the entries say, in sentences."""
    elsewhere = [_place_of(name, entry) for name, entry in entries.items() if not _files_in(entry)]
    if elsewhere:
        yield f"Not read, as they are not in this folder: {listed(elsewhere, _MOST_TOLD)}."
    gone = [name for name, entry in entries.items() if _files_in(entry) and not _files(folder, entry)]
    if gone:
        files = [f"{', '.join(_files_in(entries[name]))} of {name}" for name in gone]
        yield f"{DESCRIPTION} names files that are not in this folder: {listed(files, _MOST_TOLD)}."
    yield from _told_of_rows({name: entry for name, entry in entries.items() if name not in gone})


def _told_of_rows(entries: Mapping[str, Entry]) -> Iterator[str]:
    for name, entry in entries.items():
        if _files_in(entry) and entry.get("num_samples"):
            yield f"All rows of {name} are read; {DESCRIPTION} says num_samples {entry['num_samples']}."
    first: dict[str, str] = {}
    for name, entry in entries.items():
        for file in _files_in(entry):
            other = first.setdefault(file, name)
            if other != name and columns_in(entries[other]) != columns_in(entry):
                yield f"{file} is read by the columns of {other}, not of {name}."


def _place_of(name: str, entry: Entry) -> str:
    return f"{name} (hub:{entry[_HUB]})" if isinstance(entry.get(_HUB), str) else name


def _named(values: Mapping[str, Any], parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if key in parts and isinstance(value, str) and value:
            yield parts[key], value
