"""Which comparison the page shows: the address says it, so that a reload comes back to it."""

import streamlit as st

from core.comparison.spec import ComparisonSpec, compared_models
from core.errors import StoreError
from core.judge.answer_pair import AnswerPair
from core.store import SavedComparison
from pages.components.workspace import studio

SHOWN = "comparison"  # the address's name for it: a number, `new`, or nothing for the list
STATE = "comparison shown"
NEW = "new"


def show(comparison: int | str | None) -> None:
    """Turn to a comparison, to the form of a new one, or back to the list."""
    st.session_state[STATE] = "" if comparison is None else str(comparison)


def shown_now() -> str:
    """A number, `new`, or "" for the list."""
    shown = str(st.session_state.setdefault(STATE, st.query_params.get(SHOWN, "")))
    if st.query_params.get(SHOWN, "") != shown:
        if shown:
            st.query_params[SHOWN] = shown
        else:
            del st.query_params[SHOWN]
    return shown


def shown_saved(shown: str) -> SavedComparison:
    """The comparison of an address.

    Raises:
        StoreError: it names none that is here.
    """
    found = next((each for each in studio().comparisons.all() if str(each.comparison_id) == shown), None)
    if found is None:
        raise StoreError("This comparison has been deleted.", where=shown, mend="Go back to the list.")
    return found


def spec_of(saved: SavedComparison) -> ComparisonSpec:
    """What is compared."""
    return compared_models(saved.spec, saved.name)


def pairs_of(saved: SavedComparison) -> list[AnswerPair]:
    """The instructions that both models have answered so far."""
    return studio().comparisons.pairs(saved.comparison_id)
