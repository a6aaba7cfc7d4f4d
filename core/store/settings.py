"""Settings of the workspace, JSON values by name."""

import json
from collections.abc import Callable
from typing import Any

from core.store.connection import Connection


class SettingTables:
    """The table `settings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str, default: Any = None) -> Any:
        """A setting of the workspace (JSON), `default` where it was never set."""
        found = self._connection.recall("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def set(self, name: str, value: Any) -> None:
        with self._connection.write(only="settings") as cursor:
            cursor.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, json.dumps(value)])

    def change(self, name: str, default: Any, change: Callable[[Any], Any]) -> None:
        """Set what `change` makes of a setting; no other thread writes between."""
        with self._connection.writing:
            self.set(name, change(self.get(name, default)))
