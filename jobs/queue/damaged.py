"""A damaged database of the queue, told in words whatever is asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import JobError

_WORDS = ("malformed", "not a database", "no such table", "no such column", "disk i/o error")


class TellingClient:
    """A client of the queue whose calls tell a damaged database in words."""

    def __init__(self, client: Any, database: Path | None) -> None:
        """Around a client; None for a database that is no file."""
        self._client, self._database = client, database

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            with telling_damage(self._database):
                return found(*arguments, **named)

        return call


@contextmanager
def telling_damage(database: Path | None) -> Iterator[None]:
    """Tell what SQLite says of a damaged database as a JobError."""
    try:
        yield
    except Exception as error:
        if database is None or not any(each in str(error).lower() for each in _WORDS):
            raise
        raise JobError(
            "The queue's database is damaged.",
            where=str(database),
            mend="The worker makes it again from the jobs' folders within a minute; else restart the studio. Nothing "
            "is lost.",
        ) from error
