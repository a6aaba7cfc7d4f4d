"""Work of more than a moment beside the page: in a thread of the process that owns the store, watched and cancelled."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import streamlit as st

from core.errors import StudioError
from core.memory import memory_error, out_of_memory
from core.pace import Pace
from core.progress import Cancelled, Progress
from pages.components.foreign_text import plain
from pages.components.wording import duration

Result = TypeVar("Result")
PATIENCE = 2.0  # seconds before running work is shown as such
_log = logging.getLogger(__name__)


class Background(threading.Thread, Generic[Result]):
    """Runs `work(progress)` once.

    Attributes:
        result: what the work returned, None before and where it failed.
        error: why it failed.
        cancelled: whether it was cancelled.
        done, total, message: where its present step stands; total 0 while unknown.
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
        self._pace = Pace()
        self.start()

    def cancel(self) -> None:
        """Stop at the next report of progress."""
        self._cancel.set()

    def update(self, done: int, total: int, message: str = "") -> None:
        """The progress that the work reports to."""
        if self._cancel.is_set():
            raise Cancelled
        if total != self.total:
            self._pace = Pace()
        self._pace.saw(done)
        self.done, self.total, self.message = done, total, message

    @property
    def eta_seconds(self) -> float | None:
        """How long the present step will still take at its latest pace; None while it can't be told."""
        return self._pace.seconds_left(self.total) if self.total else None

    def run(self) -> None:
        try:
            self.result = self._work(self)
        except Cancelled:
            self.cancelled = True
        except StudioError as error:
            self.error = error
        except Exception as error:
            _log.exception("%s failed", self.title)
            unexpected = StudioError(
                f"{self.title} stopped unexpectedly ({type(error).__name__}).",
                mend="See the app's log for details.",
            )
            self.error = memory_error(error) if out_of_memory(error) else unexpected


@st.fragment(run_every=0.5)
def watch(task: Background) -> None:
    """A progress bar and a way to cancel; the page runs again when the work is over."""
    if not task.is_alive():
        st.rerun()
    share, left = min(1.0, task.done / task.total) if task.total else 0.0, task.eta_seconds
    told = "" if left is None else f" · about {duration(left)} left"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, f"{plain(task.message)} …{told}")
        st.button("Cancel", key=f"cancel {task.title}", icon=":material/close:", on_click=task.cancel)


def settled(slot: str, key: str, title: str, work: Callable[[Progress], Result], again: str) -> Result | None:
    """What the session's work of this slot has come to; None while it runs or where it was cancelled, said on screen.

    Work under another key than the one in the slot is cancelled, and that of this key begun in its place.

    Args:
        slot: name of the session's place for it.
        key: what the work depends on.
        again: label of the button that begins cancelled work anew.

    Raises:
        StudioError: the work has failed; it is begun anew when asked for again.
    """
    kept: tuple[str, Background[Result]] | None = st.session_state.get(slot)
    if kept is None or kept[0] != key:
        dismiss(slot)
        kept = (key, Background(title, work))
        st.session_state[slot] = kept
    task = kept[1]
    task.join(PATIENCE)
    if task.is_alive():
        watch(task)
        return None
    if task.cancelled:
        st.info(f"{plain(title)} was cancelled.")
        st.button(again, icon=":material/play_arrow:", on_click=dismiss, args=(slot,))
        return None
    if task.error is not None:
        dismiss(slot)
        raise task.error
    return task.result


def dismiss(slot: str) -> None:
    """Cancel the work of a slot and forget it."""
    kept = st.session_state.pop(slot, None)
    if kept is not None:
        kept[1].cancel()
