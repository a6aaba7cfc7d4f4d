"""Two saved selections row by row: counts, means of the rows that one or both keep, and examples side by side."""

import pandas as pd
import streamlit as st

from core.humanize import counted, number
from core.indicators import registry
from core.selection.difference import KeptBy, SelectionDifference
from core.store.score_matrix import PREDICTED
from pages.components.foreign_text import plain
from pages.components.rows.opening_table import opening_table
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import readable
from pages.components.workspace import studio

EXAMPLES = 8
TITLES = {KeptBy.BOTH: "Kept by both", KeptBy.FIRST: "Only by the first", KeptBy.SECOND: "Only by the second"}


def selection_difference(first: int, second: int) -> None:
    """What both keep, what only one keeps, and how these rows differ."""
    found = studio().selections.difference(first, second)
    st.markdown(f"**Row by row.** First: “{plain(found.first)}”. Second: “{plain(found.second)}”.")
    counts = found.counts
    for place, (who, rows) in zip(st.columns(len(counts)), counts.items(), strict=True):
        place.metric(TITLES[who], counted(rows, "row"))
    if not found.means.empty:
        st.table(_means(found), border="horizontal", hide_index=True)
        st.caption("Difference: mean of all rows of the first less that of the second.")
    for place, who in zip(st.columns(2), (KeptBy.FIRST, KeptBy.SECOND), strict=True):
        with place:
            st.markdown(f"**{TITLES[who]}**")
            _examples(found.rows[found.rows["kept_by"] == who], who)


def _means(found: SelectionDifference) -> pd.DataFrame:
    """In the order in which indicators stand elsewhere."""
    order = [PREDICTED, *registry()]
    means = found.means.reindex([name for name in order if name in found.means.index])
    shown = {"Mean of": [plain(shown_title(str(name))) for name in means.index]}
    shown |= {TITLES[each]: [readable(value) for value in means[str(each)]] for each in KeptBy}
    shown["Difference"] = [number(value, signed=True) for value in means["difference"]]
    return pd.DataFrame(shown)


def _examples(rows: pd.DataFrame, who: KeptBy) -> None:
    """The best of the rows that only one selection keeps; a click opens one."""
    if rows.empty:
        st.caption("None.")
        return
    rank = "first_rank" if who is KeptBy.FIRST else "second_rank"
    best = rows.sort_values(rank, kind="stable").head(EXAMPLES)
    pairs = [(int(d), int(r)) for d, r in zip(best["dataset_id"], best["row_id"], strict=True)]
    texts = studio().rows.members(pairs)
    values = best[PREDICTED] if PREDICTED in best else pd.Series(float("nan"), best.index)
    shown = pd.DataFrame(
        {
            "Rank": [f"{int(each) + 1:,}" for each in best[rank]],
            shown_title(PREDICTED): [readable(value) for value in values],
            "Instruction": [texts[pair].instruction[:200] if pair in texts else "(deleted)" for pair in pairs],
            "Response": [texts[pair].output[:200] if pair in texts else "" for pair in pairs],
        }
    )
    rank_width = {"Rank": st.column_config.TextColumn(width=45)}
    opening_table(shown, pairs, f"difference {who}", height="content", column_config=rank_width)
