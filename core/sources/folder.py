"""Which files of a folder are data: a clone of the hub, `save_to_disk`, an export, a trainer's data folder, or any."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.formats.format import KNOWN_ENDING
from core.humanize import listed
from core.sources.trainer_columns import columns_in, files_in, told_of
from core.values.files import plain_json

_BOOKKEEPING = frozenset((
    "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "manifest.json", "config.json",
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json",
    "adapter_config.json", "package.json", "package-lock.json", "croissant.json", "deepspeed.json",
))  # fmt: skip
_SAME = {"train": "train", "training": "train", "test": "test", "testing": "test", "eval": "test",
         "evaluation": "test", "validation": "validation", "valid": "validation", "val": "validation",
         "dev": "validation"}  # fmt: skip
_SPLIT = re.compile(rf"({'|'.join(_SAME)})(?=[-._0-9]|$)", re.IGNORECASE)
ALL = "all"  # splits
_DEEPEST = 3  # folders below the one that is meant: a whole disk is not searched
_SHOWN = 8


@dataclass(frozen=True)
class FolderFiles:
    """The data files of a folder, in sentences what of it was passed over, and columns that a description names."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    columns: Mapping[Path, tuple[tuple[str, str], ...]] = field(default_factory=dict)


def is_bookkeeping(name: str) -> bool:
    """Whether a file says something of the data beside it, by its name."""
    return name.lower() in _BOOKKEEPING


def is_data(name: str) -> bool:
    """Whether a file holds rows, by its name."""
    return KNOWN_ENDING.search(name) is not None and not is_bookkeeping(name)


def data_files(folder: Path, split: str = "train") -> FolderFiles:
    """The files of a folder that hold rows.

    Args:
        split: which one is meant where the folder tells splits apart; `all` of them, and of `train` all where there is
            no such split.

    Raises:
        InputError: the folder has splits, but none of this name.
    """
    splits = _splits(folder)
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
    by_trainer = _named_by_trainer(folder)
    columns = {file: by_trainer[file] for file in files if by_trainer.get(file)}
    told = [
        f"Read by the columns in dataset_info.json, where there: {listed([each.name for each in columns], _SHOWN)}."
    ]
    return FolderFiles(
        files,
        (
            *(notes if len(chosen) < len(splits) else ()),
            *(told if columns else ()),
            *told_of(_entries(folder)),
            *_told_of_answers(folder),
            *passed_over(folder.name, [each.name for each in beside]),
        ),
        columns,
    )


def splits_of(folder: Path) -> tuple[str, ...]:
    """The splits that a folder tells apart."""
    return tuple(each for each in _splits(folder) if each)


def _splits(folder: Path) -> dict[str, list[Path]]:
    """The data files of a folder by split, "" where none is told."""
    splits = _by_card(folder) or _by_dictionary(folder) or _by_state(folder)
    if splits:
        return splits
    named = _named_by_trainer(folder)
    others = [each for each in _in(folder) if is_data(each.name) and each not in named]
    if not named and len(others) > 1 and "" not in (by_name := _by_name(others)) and "train" in by_name:
        return by_name
    return {"": [*named, *others]} if named or others else _below(folder)


def _by_name(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Files by the split that their names tell, "" where they tell none."""
    found: dict[str, list[Path]] = {}
    for file in files:
        told = _SPLIT.match(file.name)
        found.setdefault(_SAME[told[1].lower()] if told else "", []).append(file)
    return found


def passed_over(place: str, names: Sequence[str]) -> tuple[str, ...]:
    """The sentence that names the files which were not read; none where there are none."""
    return (f"Skipped in {place}: {listed(names, _SHOWN)}.",) if names else ()


def _in(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.iterdir()) if each.is_file() and not each.name.startswith(".")]


def _by_card(folder: Path) -> dict[str, list[Path]]:
    """Files by split, as the card of a dataset of the hub says of its first configuration."""
    configurations = _front_matter(folder / "README.md").get("configs")
    listed = [each for each in configurations if isinstance(each, dict)] if isinstance(configurations, list) else []
    listed.sort(key=lambda each: not each.get("default", each.get("config_name") == "default"))
    entries = listed[0].get("data_files") if listed else None
    found: dict[str, list[Path]] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        split = str(entry.get("split", "train")) if isinstance(entry, dict) else "train"
        patterns = entry.get("path") if isinstance(entry, dict) else entry
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            found.setdefault(split, []).extend(_matching(folder, pattern) if isinstance(pattern, str) else [])
    return {split: files for split, files in found.items() if files}


def _front_matter(card: Path) -> dict[str, Any]:
    import yaml

    try:
        text = card.read_text("utf-8", errors="replace")
        found = yaml.safe_load(text.split("---", 2)[1]) if text.startswith("---") else None
    except (OSError, yaml.YAMLError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        found = sorted(folder.glob(pattern))
    except (ValueError, NotImplementedError, IndexError):  # an absolute or empty pattern
        return []
    return [each for each in found if each.is_file() and each.resolve().is_relative_to(folder.resolve())]


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


def _named_by_trainer(folder: Path) -> dict[Path, tuple[tuple[str, str], ...]]:
    """The files in a folder that LLaMA-Factory's `dataset_info.json` names, each with its columns."""
    found: dict[Path, tuple[tuple[str, str], ...]] = {}
    for entry in _entries(folder).values():
        for name in files_in(entry):
            for file in (*_matching(folder, name), *_matching(folder, f"{name}/*")):
                if is_data(file.name):
                    found.setdefault(file, columns_in(entry))
    return found


def _entries(folder: Path) -> dict[str, dict[str, Any]]:
    """LLaMA-Factory's datasets; none where the file is another's, such as `save_to_disk`'s."""
    entries = _json(folder / "dataset_info.json")
    return {name: each for name, each in entries.items() if isinstance(each, dict)} if _is_trainers(entries) else {}


def _is_trainers(entries: Mapping[str, Any]) -> bool:
    places = {"file_name", "hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"}
    return any(isinstance(each, dict) and places & each.keys() for each in entries.values())


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
                told = next((match.group(1).lower() for part in reversed(parts) if (match := _SPLIT.match(part))), "")
                found.setdefault(_SAME.get(told, ""), []).append(path)
    return found
