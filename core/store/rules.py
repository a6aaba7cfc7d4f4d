"""Saved rules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.store.connection import Connection


@dataclass(frozen=True)
class SavedRule:
    """A rule that the user keeps; `rule` is its JSON form."""

    rule_id: int
    name: str
    rule: dict[str, Any]
    created_at: datetime


class RuleTables:
    """The table `rules`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, name: str, rule: Mapping[str, Any]) -> int:
        """Keep a rule in its JSON form; returns its number."""
        with self._connection.write() as cursor:
            found = cursor.execute(
                "INSERT INTO rules VALUES (nextval('rule_ids'), ?, ?, ?) RETURNING rule_id",
                [name, json.dumps(rule), datetime.now(UTC)],
            ).fetchall()
        return int(found[0][0])

    def all(self) -> list[SavedRule]:
        """All saved rules, oldest first."""
        found = self._connection.recall("SELECT rule_id, name, rule, created_at FROM rules ORDER BY rule_id")
        return [SavedRule(r[0], r[1], json.loads(r[2]), r[3]) for r in found]

    def delete(self, rule_id: int) -> None:
        with self._connection.write() as cursor:
            cursor.execute("DELETE FROM rules WHERE rule_id = ?", [rule_id])
