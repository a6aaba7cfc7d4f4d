"""From rows that are looked at to the selection of exactly these: one press, after which they are saved or exported."""

import streamlit as st

from core.indicators import registry
from core.rows.filters import Range
from core.selection.spec import Diversity, Quotas, RankBy
from core.store.score_matrix import PREDICTED
from pages.components.redrawn import turn_to
from pages.components.selection.export_choice import RESULT, TAB
from pages.components.selection.selection_settings import ALL, change_form

SELECT_PAGE = "pages/select/page.py"


def select_these(cut_off: Range | None = None) -> None:
    """A callback: go to the selection of all rows under the filters in force.

    Args:
        cut_off: a range that is open at one end ranks the rows, from that end on; else they stay in file order.
    """
    change_form(
        amount=ALL, quotas=Quotas.NONE, diversity=Diversity.NONE, near_duplicates=False, **_ranking(cut_off)
    )  # fmt: skip
    st.session_state[TAB] = RESULT
    turn_to(SELECT_PAGE)


def _ranking(cut_off: Range | None) -> dict[str, object]:
    if cut_off is None or cut_off.missing or None not in (cut_off.low, cut_off.high):
        return {"rank_by": RankBy.ORDER}
    if cut_off.column == PREDICTED and cut_off.low is None:  # the lowest are the best
        return {"rank_by": RankBy.RULE, "within_range": False}
    if cut_off.column not in registry():
        return {"rank_by": RankBy.ORDER}
    best = "lowest" if cut_off.low is None else "highest"
    return {"rank_by": RankBy.INDICATOR, "indicator": cut_off.column, "best": best}
