"""What is done beside everything else, soon after the start: leftovers are cleared; then the daily backup, looked for
every hour."""

import logging
import threading
import time
from collections.abc import Callable

from core.errors import StudioError
from core.store import Store
from core.store.backups import Backups, Occasion

CLEAR_SECONDS, FIRST_SECONDS, AGAIN_SECONDS = 5.0, 60.0, 3600.0
_log = logging.getLogger(__name__)


class Upkeep:
    """Of an open store.

    Attributes:
        fault: why the last backup could not be made, a sentence; "" where it could.
    """

    def __init__(self, store: Store, clear: Callable[[], object] = lambda: None) -> None:
        """Begin.

        Args:
            clear: what is done once, soon.
        """
        self.fault = ""
        self._store, self._clear, self._ended = store, clear, threading.Event()
        self._working = threading.Lock()
        threading.Thread(target=self._watch, name="upkeep", daemon=True).start()

    def back_up_if_due(self) -> bool:
        """Make the daily backup where it is due; whether it was."""
        connection, made = self._store.connection, False
        with self._working:
            backups = Backups(self._store.path)
            try:
                if backups.due(self._born(), connection.last_commit):
                    backups.make(connection, Occasion.DAILY)
                    made, self.fault = True, ""
            except StudioError as error:
                self.fault = str(error)
                _log.warning("no daily backup: %s", error)
        return made

    def close(self) -> None:
        """Make the backup where it is due, and watch no more: a store that is open for moments only has it, too."""
        self._ended.set()
        self.back_up_if_due()

    def _born(self) -> float:
        return min((each.created_at.timestamp() for each in self._store.datasets.all()), default=time.time())

    def _clear_once(self) -> None:
        try:
            self._clear()
        except (StudioError, OSError) as error:
            _log.warning("leftovers stay: %s", error)

    def _watch(self) -> None:
        pause = FIRST_SECONDS
        if not self._ended.wait(CLEAR_SECONDS):
            self._clear_once()
        while not self._ended.wait(pause):
            self.back_up_if_due()
            pause = AGAIN_SECONDS
