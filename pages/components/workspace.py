"""The workspace behind every page: this process's one studio, and what the user chose."""

import atexit
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import StoreError, StudioError
from core.models.precision import PrecisionChoice
from core.models.profiles import Profile
from core.rows.filters import Filters
from jobs.api import Studio
from pages.components.foreign_text import plain, prose
from pages.components.other_windows import note_write

_CHANGING = threading.RLock()


@st.cache_resource(show_spinner="Opening the data folder …")
def studio() -> Studio:
    """The one studio of this process, which the sessions of all windows share; it is closed as the process ends."""
    owner = Studio.alone()
    atexit.register(owner.close)
    owner.maps.follow_scoring()
    return owner


def refresh() -> bool:
    """Bring the matrix up to date with the scores of the chosen profile; True when it changed."""
    return studio().scores.refresh()


def chosen_profile() -> Profile:
    """The model profile in force; `embedded` until the user chooses another, and where the file of that is gone."""
    return studio().profile


def filters() -> Filters:
    """The filters in force; kept in the store, so they survive a change of page, a reload and a restart."""
    return studio().settings.filters()


def set_filters(changed: Filters) -> None:
    set_setting("filters", changed.as_dict())


def setting(name: str, default: Any = None) -> Any:
    """A setting of the workspace, which survives a restart."""
    return studio().settings.get(name, default)


def set_setting(name: str, value: Any) -> None:
    """Keep a setting; where that can't be done it is said, and what was kept before stands."""
    change_setting(name, lambda: value)


def change_setting(name: str, changed: Callable[[], Any]) -> None:
    """Keep what a setting becomes, as `set_setting` does; nobody else changes it meanwhile."""
    with _CHANGING:
        before, value = setting(name, {}), changed()
        kept = _kept(lambda: studio().settings.set(name, value))
    # Only now: wherever a callback asks the session for something, the next rerun may break it off.
    if kept:
        note_write(name, before, value)


def choose_profile(name: str) -> None:
    """Let the models of a profile score from now on; where that can't be kept it is said."""
    _kept(lambda: studio().settings.choose_profile(name))


def choose_precision(precision: PrecisionChoice) -> None:
    """Let models score in a precision from now on; where that can't be kept it is said."""
    _kept(lambda: studio().settings.choose_precision(precision))


def _kept(keep: Callable[[], None]) -> bool:
    try:
        keep()
    except StoreError as error:
        st.toast(f"This setting cannot be saved. {prose(error)}", icon=":material/error:", duration="long")
        return False
    return True


def show_arrival_errors() -> None:
    """Say why results don't arrive, where they travel through a remote folder that does not answer."""
    fault = studio().jobs.arrivals_fault()
    if fault:
        st.warning(f"Results cannot be received. {prose(fault)}", icon=":material/cloud_off:")


def show_error(error: StudioError) -> None:
    """What happened, where, and what to do."""
    st.error(f"**{plain(error.what)}**\n\n{plain(error.where)}\n\n{prose(error.mend)}", icon=":material/error:")
