"""One record as it stands in a file, before anyone asks which column means what."""

from dataclasses import dataclass
from typing import Any

MAX_ROW_BYTES = 64 * 1024 * 1024  # a longer row is refused unread, so that no file can fill the memory


@dataclass(frozen=True, slots=True)
class Record:
    """`number` counts from 1: the line in JSONL, the data row elsewhere. `fields` are the columns as read."""

    number: int
    fields: dict[str, Any]
