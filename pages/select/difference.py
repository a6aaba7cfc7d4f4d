"""Two saved selections row by row: counts, means of the rows that one or both keep, and examples side by side."""

import pandas as pd
import streamlit as st

from core.humanize import counted, number
from core.selection.difference import KeptBy, SelectionDifference
from core.store.score_matrix import PREDICTED
from pages.components.foreign_text import plain
from pages.components.rows.opening_table import opening_table
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import readable
from pages.components.workspace import studio

EXAMPLES = 8


def selection_difference(first: int, second: int) -> None:
    """What both keep, what only one keeps, and how these rows differ."""
    found = studio().selections.difference(first, second)
    counts, titles = found.counts, _titles(found)
    for place, (who, rows) in zip(st.columns(len(counts)), counts.items(), strict=True):
        place.metric(plain(titles[who]), counted(rows, "row"))
    if not found.means.empty:
        st.table(_means(found, titles), border="horizontal", hide_index=True)
        st.caption(f"Difference: mean of all rows of “{plain(found.first)}” less that of “{plain(found.second)}”.")
    for place, who in zip(st.columns(2), (KeptBy.FIRST, KeptBy.SECOND), strict=True):
        with place:
            st.markdown(f"**{plain(titles[who])}**")
            _examples(found.rows[found.rows["kept_by"] == who], who)


def _titles(found: SelectionDifference) -> dict[KeptBy, str]:
    return {
        KeptBy.BOTH: "Both keep",
        KeptBy.FIRST: f"Only “{found.first}” keeps",
        KeptBy.SECOND: f"Only “{found.second}” keeps",
    }


def _means(found: SelectionDifference, titles: dict[KeptBy, str]) -> pd.DataFrame:
    means = found.means
    shown = {"Mean of": [plain(shown_title(str(name))) for name in means.index]}
    shown |= {plain(titles[each]): [readable(value) for value in means[str(each)]] for each in KeptBy}
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
