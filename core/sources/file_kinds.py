"""What the name of a file says of it: whether it holds rows, says something of those beside it, or is a split."""

import re
from pathlib import Path

from core.formats.format import KNOWN_ENDING, TEXT_KINDS, suffix_of

_BOOKKEEPING = frozenset((
    "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "manifest.json", "config.json",
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json",
    "adapter_config.json", "package.json", "package-lock.json", "croissant.json", "deepspeed.json",
))  # fmt: skip
_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test", "eval": "test",
           "evaluation": "test", "validation": "validation", "valid": "validation", "val": "validation",
           "dev": "validation"}  # fmt: skip
_ABOUT = re.compile(r"(readme|licen[sc]e|notice|changelog|contributing|requirements|citation)", re.IGNORECASE)
_SPLIT = re.compile(rf"({'|'.join(_SPLITS)})(?=[-._0-9]|$)", re.IGNORECASE)


def is_bookkeeping(name: str) -> bool:
    """Whether a file says something of the data beside it."""
    return name.lower() in _BOOKKEEPING


def is_data(name: str) -> bool:
    """Whether a file holds rows."""
    return KNOWN_ENDING.search(name) is not None and not is_bookkeeping(name) and not _is_text(name)


def may_be_data(name: str) -> bool:
    """Whether a file may hold rows where no other does: YAML, or chats as text."""
    return _is_text(name) and _ABOUT.match(name) is None


def _is_text(name: str) -> bool:
    return suffix_of(name).removeprefix(".") in TEXT_KINDS


def split_named(name: str) -> str:
    """The split that a file or folder is called after; "" where it is called otherwise."""
    told = _SPLIT.match(name)
    return _SPLITS[told[1].lower()] if told else ""


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files below a folder that a pattern means."""
    try:
        found = sorted(folder.glob(pattern))
    except (ValueError, NotImplementedError, IndexError):  # an absolute or empty pattern
        return []
    return [each for each in found if each.is_file() and each.resolve().is_relative_to(folder.resolve())]
