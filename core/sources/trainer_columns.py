"""Which column is what, as LLaMA-Factory's dataset_info.json says of the files beside it.

Source: its data/README.md; `tags` name the keys of a turn and who speaks.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_BOTH = {"system": "system", "tools": "tools", "chosen": "output", "rejected": "rejected"}
_PAIR = {"prompt": "instruction", "query": "input", "response": "output", "history": "history", **_BOTH}
_CONVERSATION = {"messages": "conversation", **_BOTH}
_TAGS = {
    "role_tag": "role_key", "content_tag": "content_key", "user_tag": "user_role", "assistant_tag": "assistant_role",
    "observation_tag": "tool_role", "function_tag": "call_role", "system_tag": "system_role",
}  # fmt: skip


def columns_in(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
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


def files_in(entry: Mapping[str, Any]) -> list[str]:
    """The files or folders that an entry names."""
    name = entry.get("file_name")
    return [each for each in (name if isinstance(name, list) else [name]) if isinstance(each, str) and each]


def told_of(entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is not done of what the entries say, in sentences."""
    elsewhere = [name for name, entry in entries.items() if not files_in(entry)]
    if elsewhere:
        more = f" and {len(elsewhere) - 5} more" if len(elsewhere) > 5 else ""
        yield f"Not read, as they are not in this folder: {', '.join(elsewhere[:5])}{more}."
    for name, entry in entries.items():
        if files_in(entry) and entry.get("num_samples"):
            yield f"All rows of {name} are read; dataset_info.json says num_samples {entry['num_samples']}."
    first: dict[str, str] = {}
    for name, entry in entries.items():
        for file in files_in(entry):
            other = first.setdefault(file, name)
            if other != name and columns_in(entries[other]) != columns_in(entry):
                yield f"{file} is read by the columns of {other}, not of {name}."


def _named(values: Mapping[str, Any], parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if key in parts and isinstance(value, str) and value:
            yield parts[key], value
