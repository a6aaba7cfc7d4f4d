"""Which files of a folder are data: a clone of the hub, `save_to_disk`, an export, a trainer's data folder, or any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.humanize import listed
from core.sources.file_kinds import is_data, matching, may_be_data, split_named
from core.sources.trainer_columns import Columns, TrainerFiles, trainer_files
from core.values.files import plain_json

ALL = "all"  # splits
NO_SPLITS = "There are no splits here, so none is called “{}”: all rows were read."
_DEEPEST = 3  # folders below the one that is meant: a whole disk is not searched
_SHOWN = 8


@dataclass(frozen=True)
class FolderFiles:
    """The data files of a folder, in sentences what of it was passed over, and columns that a description names."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    columns: Mapping[Path, Columns] = field(default_factory=dict)


def data_files(folder: Path, split: str = "train") -> FolderFiles:
    """The files of a folder that hold rows.

    Args:
        split: which one is meant where the folder tells splits apart; `all` of them, and of `train` all where there is
            no such split.

    Raises:
        InputError: the folder has splits, but none of this name.
    """
    by_trainer = trainer_files(folder, split == ALL)
    splits = _splits(folder, by_trainer)
    named = [each for each in splits if each]
    if named and split not in (*named, "train", ALL):
        raise InputError(
            f"The folder has no split “{split}”.", where=str(folder), mend=f"Choose from {', '.join(named)}, {ALL}."
        )
    chosen = [split] if split in named else list(splits)
    files = tuple(dict.fromkeys(file for each in chosen for file in splits[each]))
    left = [each or "files of no split" for each in splits if each != split]
    notes = [f"Only the split {split} was read, not {', '.join(left)}."]
    beside = [each for each in _in(folder) if each not in files and not any(each in found for found in splits.values())]
    columns = {file: found for file in files if (found := by_trainer.columns.get(file))}
    told = [
        f"Read by the columns in dataset_info.json, where there: {listed([each.name for each in columns], _SHOWN)}."
    ]
    return FolderFiles(
        files,
        (
            *(notes if len(chosen) < len(splits) else ()),
            *([NO_SPLITS.format(split)] if not named and split not in ("train", ALL) else []),
            *(told if columns else ()),
            *by_trainer.notes,
            *_told_of_answers(folder),
            *_told_of_configurations(folder),
            *passed_over(folder.name, [each.name for each in beside]),
        ),
        columns,
    )


def splits_of(folder: Path) -> tuple[str, ...]:
    """The splits that a folder tells apart."""
    return tuple(each for each in _splits(folder, trainer_files(folder)) if each)


def _splits(folder: Path, by_trainer: TrainerFiles) -> dict[str, list[Path]]:
    """The data files of a folder by split, "" where none is told."""
    splits = _by_card(folder) or _by_dictionary(folder) or _by_state(folder)
    if splits:
        return splits
    named = by_trainer.columns
    taken = {*named, *by_trainer.left}
    others = [each for each in _in(folder) if is_data(each.name) and each not in taken and each.stat().st_size]
    if not named and len(others) > 1 and "" not in (by_name := _by_name(others)) and "train" in by_name:
        return by_name
    return {"": [*named, *others]} if named or others else _below(folder) or _archives(folder)


def _archives(folder: Path) -> dict[str, list[Path]]:
    """The archives in a folder that has no other data; where there are none, YAML and text."""
    there = _in(folder)
    found = [each for each in there if each.suffix.lower() == ".zip"] or [
        each for each in there if may_be_data(each.name)
    ]
    return {"": found} if found else {}


def _by_name(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Files by the split that their names tell, "" where they tell none."""
    found: dict[str, list[Path]] = {}
    for file in files:
        found.setdefault(split_named(file.name), []).append(file)
    return found


def passed_over(place: str, names: Sequence[str]) -> tuple[str, ...]:
    """The sentence that names the files which were not read; none where there are none."""
    return (f"Skipped in {place}: {listed(names, _SHOWN)}.",) if names else ()


def _in(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.iterdir()) if each.is_file() and not each.name.startswith(".")]


def _configurations(folder: Path) -> list[dict[str, Any]]:
    """The configurations on the card of a dataset of the hub, the one that is read first."""
    found = _front_matter(folder / "README.md").get("configs")
    named = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return sorted(named, key=lambda each: not each.get("default", each.get("config_name") == "default"))


def _told_of_configurations(folder: Path) -> tuple[str, ...]:
    """What is said where a card has several configurations."""
    first, *others = [str(each.get("config_name", "default")) for each in _configurations(folder)] or [""]
    if not others:
        return ()
    return (f"Only the configuration {first} of the card was read, not {listed(others, _SHOWN)}.",)


def _by_card(folder: Path) -> dict[str, list[Path]]:
    """Files by split, as the card of a dataset of the hub says of its first configuration."""
    configurations = _configurations(folder)
    entries = configurations[0].get("data_files") if configurations else None
    found: dict[str, list[Path]] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        split = str(entry.get("split", "train")) if isinstance(entry, dict) else "train"
        patterns = entry.get("path") if isinstance(entry, dict) else entry
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            found.setdefault(split, []).extend(matching(folder, pattern) if isinstance(pattern, str) else [])
    return {split: files for split, files in found.items() if files}


def _front_matter(card: Path) -> dict[str, Any]:
    import yaml

    try:
        text = card.read_text("utf-8", errors="replace")
        found = yaml.safe_load(text.split("---", 2)[1]) if text.startswith("---") else None
    except (OSError, yaml.YAMLError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def _by_dictionary(folder: Path) -> dict[str, list[Path]]:
    """The splits that `DatasetDict.save_to_disk` wrote, each in a folder of its own."""
    listed = _json(folder / "dataset_dict.json").get("splits")
    splits = [str(each) for each in listed] if isinstance(listed, list) else []
    return {split: files for split in splits for files in _by_state(folder / split).values()}


def _by_state(folder: Path) -> dict[str, list[Path]]:
    """The files that `Dataset.save_to_disk` wrote, without those of its cache."""
    listed = _json(folder / "state.json").get("_data_files")
    names = [str(each.get("filename")) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    files = [folder / name for name in names if Path(name).name == name and (folder / name).is_file()]
    return {"": files} if files else {}


def _told_of_answers(folder: Path) -> tuple[str, ...]:
    """What an export's manifest says of the answers that were scored, where they were not the last ones."""
    sources = _json(folder / "manifest.json").get("sources")
    origins = [each.get("origin") for each in sources if isinstance(each, dict)] if isinstance(sources, list) else []
    first = any(isinstance(each, dict) and each.get("answers") == "first" for each in origins)
    return ("The rows of this export have their first answer as response: choose it again.",) if first else ()


def _json(path: Path) -> dict[str, Any]:
    try:
        found = plain_json(path)
    except InputError:
        return {}
    return found if isinstance(found, dict) else {}


def _below(folder: Path) -> dict[str, list[Path]]:
    """All data files under a folder by the split in their names, as the hub finds it there."""
    found: dict[str, list[Path]] = {}
    for deep in range(1, _DEEPEST + 1):
        for path in sorted(folder.glob("*/" * deep + "*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and is_data(path.name) and not any(part.startswith(".") for part in parts):
                found.setdefault(next(filter(None, map(split_named, reversed(parts))), ""), []).append(path)
    return found
