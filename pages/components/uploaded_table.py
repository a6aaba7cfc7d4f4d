"""The table of candidate sets that was uploaded: a rule is learned from it, and the report shows it."""

import base64
from dataclasses import dataclass

from pages.components.workspace import set_setting, setting

_SETTING = "rule_table"


@dataclass(frozen=True)
class UploadedTable:
    """A CSV file as it came: its name, and its bytes."""

    name: str
    content: bytes


def uploaded_table() -> UploadedTable | None:
    """The table that was uploaded last; None where there is none."""
    kept = setting(_SETTING)
    return UploadedTable(kept["name"], base64.b64decode(kept["content"])) if kept else None


def keep_uploaded_table(table: UploadedTable) -> None:
    """Keep a table in place of the one before it."""
    set_setting(_SETTING, {"name": table.name, "content": base64.b64encode(table.content).decode()})


def forget_uploaded_table() -> None:
    """A callback: remove the table."""
    set_setting(_SETTING, None)
