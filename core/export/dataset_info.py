"""LLaMA-Factory's dataset_info.json: one entry is ours, all others are kept as they are."""

import json
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.values.files import plain_json

NAME = "dataset_info.json"


def entries_of(folder: Path) -> dict[str, Any] | None:
    """The entries of a folder's file, none where there is no file; None where it is not one that can be added to."""
    if not (folder / NAME).exists():
        return {}
    try:
        found = plain_json(folder / NAME)
    except InputError:
        return None
    return found if isinstance(found, dict) else None


def alone(name: str, entry: Any) -> str:
    """The text of a file with this entry only."""
    return as_text({name: entry})


def as_text(entries: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
