"""An idle worker would use its processor to ask its queue: one in a file is asked only while the file changes."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SETTLED_SECONDS = 5.0  # after a change, in which it is asked all the same: what ended is known here a moment later
ANYWAY_SECONDS = 30.0  # after which it is asked whether or not it has changed


def rest(dbos: Any, database: Path | None) -> None:
    """Let a launched DBOS do no more than it has to while there is no work.

    Its background jobs see to delayed workflows and to time limits, which no workflow here has.

    Args:
        dbos: the instance.
        database: the file of SQLite that has its queues; None where they are elsewhere.
    """
    dbos._background_jobs_stop_event.set()
    if database:
        ask_while_it_changes(dbos._sys_db, database)


def ask_while_it_changes(system_database: Any, database: Path, clock: Callable[[], float] = time.monotonic) -> None:
    """Let the queues' threads of this process look at the file before they ask it for work.

    Args:
        system_database: of DBOS, whose `dequeue_scopes` each thread calls before it asks; of an empty list it asks
            nothing.
        database: the file of SQLite.
    """
    ask = system_database.dequeue_scopes
    changed: dict[str, tuple[object, float]] = {}
    asked: dict[str, float] = {}

    def scopes(queue: str) -> list[Any]:
        mark, now = _mark(database), clock()
        if changed.get(queue, (None, 0.0))[0] != mark:
            changed[queue] = mark, now
        if now - changed[queue][1] > SETTLED_SECONDS and now - asked.get(queue, -math.inf) < ANYWAY_SECONDS:
            return []
        asked[queue] = now
        return list(ask(queue))

    system_database.dequeue_scopes = scopes


def _mark(database: Path) -> list[tuple[int, int]]:
    """What a change of the file, or of the log of its last changes, alters."""
    found = []
    for file in (database, database.with_name(f"{database.name}-wal")):
        with suppress(OSError):
            state = file.stat()
            found.append((state.st_mtime_ns, state.st_size))
    return found
