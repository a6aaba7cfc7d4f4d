"""Work of more than a moment beside the page: in a thread of the process that owns the store, watched and cancelled."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import streamlit as st

from core.errors import StudioError
from core.progress import Cancelled, Progress

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class Background(threading.Thread, Generic[Result]):
    """Runs `work(progress)` once.

    Attributes:
        result: what the work returned, None before and where it failed.
        error: why it failed.
        cancelled: whether it was cancelled.
        done, total, message: where it stands; total 0 while unknown.
    """

    def __init__(self, title: str, work: Callable[[Progress], Result]) -> None:
        super().__init__(name=title, daemon=True)
        self.title = title
        self.result: Result | None = None
        self.error: StudioError | None = None
        self.cancelled = False
        self.done, self.total, self.message = 0, 0, title
        self._work = work
        self._cancel = threading.Event()
        self.start()

    def cancel(self) -> None:
        """Stop at the next report of progress."""
        self._cancel.set()

    def update(self, done: int, total: int, message: str = "") -> None:
        """The progress that the work reports to."""
        if self._cancel.is_set():
            raise Cancelled
        self.done, self.total, self.message = done, total, message

    def run(self) -> None:
        try:
            self.result = self._work(self)
        except Cancelled:
            self.cancelled = True
        except StudioError as error:
            self.error = error
        except Exception as error:
            _log.exception("%s failed", self.title)
            self.error = StudioError(
                f"{self.title} stopped unexpectedly ({type(error).__name__}).",
                mend="The log of the app has the details.",
            )


@st.fragment(run_every=0.5)
def watch(task: Background) -> None:
    """A progress bar and a way to cancel; the page runs again when the work is over."""
    if not task.is_alive():
        st.rerun()
    share = min(1.0, task.done / task.total) if task.total else 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, f"{task.message} …")
        st.button("Cancel", key=f"cancel {task.title}", icon=":material/close:", on_click=task.cancel)
