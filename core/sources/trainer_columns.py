"""Which column is what, as LLaMA-Factory's dataset_info.json says of the files beside it."""

from collections.abc import Mapping
from typing import Any

_BOTH = {"system": "system", "tools": "tools", "chosen": "output", "rejected": "rejected"}
_PARTS = {
    "alpaca": {"prompt": "instruction", "query": "input", "response": "output", "history": "history", **_BOTH},
    "sharegpt": {"messages": "conversation", **_BOTH},
}


def columns_in(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Parts of a row with the columns that an entry names for them."""
    named = entry.get("columns")
    parts = _PARTS.get(str(entry.get("formatting", "alpaca")), {})
    if not isinstance(named, Mapping):
        return ()
    found = {parts[key]: column for key, column in named.items() if key in parts and isinstance(column, str) and column}
    return tuple(found.items())
