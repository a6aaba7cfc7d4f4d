"""A load beside the page: in a thread of the process that owns the store, watched and cancelled from outside."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.datasets.loading import LoadReport, load_files
from core.errors import StudioError
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.columns import ColumnMap
from core.pace import Pace
from core.progress import Cancelled
from core.sources.hub import HubSource, hub_files
from core.sources.source_file import SourceFile
from core.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadState:
    """Where a load stands.

    Attributes:
        status: waiting for its thread, running, done, failed or cancelled.
        done, total: bytes read and bytes in all (rows while a dataset comes from the hub); total 0 when unknown.
        message: what it is at.
        eta_seconds: None while it can't be told.
        report: when it is done.
        error: why it failed.
    """

    status: Literal["waiting", "running", "done", "failed", "cancelled"] = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    eta_seconds: float | None = None
    report: LoadReport | None = None
    error: StudioError | None = None

    @property
    def finished(self) -> bool:
        return self.status in ("done", "failed", "cancelled")


class LoadTask(threading.Thread):
    """Loads files, or a dataset of the hub, in its own thread. `state` may be read and `cancel` called from any."""

    def __init__(
        self,
        store: Store,
        name: str,
        sources: Sequence[SourceFile] | HubSource,
        columns: ColumnMap | None = None,
        description: str = "",
        choices: ReadingChoices = DEFAULT,
    ) -> None:
        super().__init__(name=f"load {name}", daemon=True)
        self._store = store
        self.dataset_name = name
        self._sources = sources
        self._columns = columns
        self._description = description
        self._choices = choices
        self._cancel = threading.Event()
        self._pace = Pace()
        self._state = LoadState()

    @property
    def state(self) -> LoadState:
        """A snapshot that does not change."""
        return self._state

    def cancel(self) -> None:
        """Stop at the next report of progress; what was loaded so far is removed."""
        self._cancel.set()

    def run(self) -> None:
        self._state = LoadState("running")
        try:
            files = self._fetched()
            report = load_files(
                self._store, self.dataset_name, files, self._columns, self, self._description, self._choices
            )
        except Cancelled:
            self._state = replace(self._state, status="cancelled", eta_seconds=None)
        except StudioError as error:
            self._state = replace(self._state, status="failed", error=error, eta_seconds=None)
        except BaseException as error:
            _log.exception("Loading %s failed", self.dataset_name)
            told = StudioError(
                f"Loading stopped unexpectedly ({type(error).__name__}).",
                where=self.dataset_name,
                mend="Nothing was stored. The log has the details.",
            )
            self._state = replace(self._state, status="failed", error=told, eta_seconds=None)
        else:
            done = max(self._state.total, self._state.done)
            self._state = LoadState("done", done, done, "", 0.0, report)

    def update(self, done: int, total: int, message: str = "") -> None:
        """The progress that the work reports to."""
        if self._cancel.is_set():
            raise Cancelled
        self._pace.saw(done)
        self._state = LoadState("running", done, total, message, self._pace.seconds_left(total) if total else None)

    def _fetched(self) -> Sequence[SourceFile]:
        if not isinstance(self._sources, HubSource):
            return self._sources
        source = self._sources
        files = hub_files(source.dataset_id, source.split, source.destination, self)
        self._pace = Pace()
        return [SourceFile(path, f"{source.dataset_id}/{path.name}") for path in files]
