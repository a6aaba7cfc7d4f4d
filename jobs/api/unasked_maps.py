"""The map that is computed by itself once rows have been scored."""

import logging
import threading
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.rows.filters import Filters
from core.rows.view import View
from core.values import mended
from jobs.queue.job import ACTIVE

if TYPE_CHECKING:
    from jobs.api.session import Session

SETTING = "map_after_scoring"
UNASKED_ROWS = 50_000  # up to which a map is computed without being asked for
POLL_SECONDS = 3.0
_log = logging.getLogger(__name__)


class UnaskedMaps:
    """Waits while rows are scored, then queues the map of all rows where there is none of them yet.

    Attributes:
        follows: whether this process does so: the app's does.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._starting, self._ended = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self.follows = False

    @property
    def automatic(self) -> bool:
        """Whether the user wants it."""
        return bool(self._session.store.settings.get(SETTING, True))

    def watch(self) -> None:
        """Rows are scored now: wait for the end beside the caller."""
        with self._starting:
            if self.follows and not self._ended.is_set() and not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._wait, name="map after scoring", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Wait no more."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def queue_if_due(self) -> str | None:
        """Queue the map of all rows; the id of its job, None where it is not due.

        A map whose areas or clusters a filter or a saved view asks for is not replaced unasked: they would be lost.

        Raises:
            StudioError: it can't be queued.
        """
        from jobs.api.maps import MapSection

        store, model = self._session.store, self._session.embedding_model
        if not self.automatic:
            return None
        self._session.client.take_in(store)
        numbers = [each.dataset_id for each in store.datasets.all()]
        if not 0 < store.maps.embedded_rows(numbers, model) <= UNASKED_ROWS:
            return None
        found = store.maps.best(numbers, model)
        of_all = found is not None and set(found.dataset_ids) == set(numbers)
        if of_all and found is not None and (not found.missing or self._used(found.map_id)):
            return None
        return MapSection(self._session).enqueue()

    def _used(self, map_id: str) -> bool:
        from jobs.api.views import VIEWS

        settings = self._session.store.settings
        views = settings.get(VIEWS, {})
        kept = views.values() if isinstance(views, dict) else ()
        asked = [mended(Filters, settings.get("filters", {})), *(mended(View, each).filters for each in kept)]
        parts = [part for each in asked for part in (each.area, *each.areas_outside, *each.clusters)]
        return any(part is not None and part.map_id == map_id for part in parts)

    def _scoring(self) -> bool:
        from jobs.scoring.kind import KIND

        return any(job.kind == KIND.name and job.status in ACTIVE for job in self._session.client.jobs())

    def _wait(self) -> None:
        try:
            while self._scoring():
                if self._ended.wait(POLL_SECONDS):
                    return
            if not self._ended.is_set():
                self.queue_if_due()
        except StudioError as error:
            _log.warning("no map after scoring: %s", error)
