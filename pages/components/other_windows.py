"""Two windows on one workspace: each is told what the other has changed, so that nobody's choice goes unseen.

A form is kept field by field, so windows that change different fields both keep their work; where they change the same
one the later choice stands, and whoever made it is told which one it replaced.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import streamlit as st

from core.humanize import listed
from pages.components.foreign_text import prose

TITLES = {
    "filters": "the filters",
    "selection_form": "the selection settings",
    "experiment_plan": "the experiment settings",
    "rule_form": "the fit settings",
    "judge": "the judge settings",
}
_SEEN, _NEWS, _WINDOW = "settings seen", "news of other windows", "window"
_MOST_FIELDS, _LONGEST_VALUE = 3, 40


@dataclass
class _Writers:
    """Which window wrote each setting last; one for the process, which all windows share."""

    by_name: dict[str, str] = field(default_factory=dict)


@st.cache_resource
def _writers() -> _Writers:
    return _Writers()


def note_write(name: str, before: Any, wanted: Any) -> None:
    """Note what another window had chosen since this one looked, and what of it a write has replaced.

    Args:
        name: of the setting.
        before: as it stood, empty where it was never kept.
        wanted: as this window has written it, JSON values.
    """
    if name not in TITLES:
        return
    changes = _changes_by_others(name, before)
    replaced = {key: value for key, value in changes.items() if wanted.get(key) != value}
    if replaced:
        _tell(f"Another window had changed {TITLES[name]}. Your change replaces {_words(replaced)}.")
    _tell_of_changes(name, {key: value for key, value in changes.items() if key not in replaced})
    _writers().by_name[name] = _window()
    _remember(name, json.loads(json.dumps(wanted)))


def show_changes_of_other_windows(settings: Mapping[str, Any]) -> None:
    """Say what other windows have changed since this one looked last.

    Args:
        settings: those in `TITLES` as they are in force, with what was never chosen at its default.
    """
    for name, in_force in settings.items():
        now = json.loads(json.dumps(in_force))
        _tell_of_changes(name, _changes_by_others(name, now))
        _remember(name, now)
    for sentence in st.session_state.pop(_NEWS, []):
        st.toast(prose(sentence), icon=":material/tab:", duration="long")


def _changes_by_others(name: str, now: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that another window has changed since this one looked, as they stand now."""
    seen = st.session_state.get(_SEEN, {}).get(name)
    if seen is None or _writers().by_name.get(name, _window()) == _window():
        return {}
    return {key: value for key, value in now.items() if seen.get(key) != value}


def _window() -> str:
    """This window, as long as it is not reloaded."""
    return str(st.session_state.setdefault(_WINDOW, token_hex(8)))


def _remember(name: str, value: Mapping[str, Any]) -> None:
    st.session_state[_SEEN] = st.session_state.get(_SEEN, {}) | {name: value}


def _tell_of_changes(name: str, changes: Mapping[str, Any]) -> None:
    if changes:
        _tell(f"Another window has changed {TITLES[name]}: {_words(changes)}.")


def _tell(sentence: str) -> None:
    st.session_state[_NEWS] = [*st.session_state.get(_NEWS, []), sentence]


def _words(changes: Mapping[str, Any]) -> str:
    """`rows 50, seed 3`; what is long is named only."""
    told = []
    for key, value in changes.items():
        title = key.replace("_", " ")
        short = isinstance(value, str | int | float) and len(str(value)) <= _LONGEST_VALUE
        told.append(f"{title} {value}" if short else title)
    return listed(told, _MOST_FIELDS)
