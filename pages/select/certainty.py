"""How sure it is that a row is kept: measured on demand, plotted, with the rows of each verdict to look at and mark."""

import json
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.errors import StudioError
from core.progress import Progress
from core.selection.certainty import RowCertainty, Sureness
from core.selection.outcome import SelectionOutcome
from pages.components.background import settled
from pages.components.figures import COMPACT_CONFIG
from pages.components.rows.opening_table import opening_table
from pages.components.workspace import show_error, studio
from pages.select.figures import certainty_figure

SHOWN = 200
SLOT, ASKED = "certainty task", "certainty asked"


def certainty_panel(outcome: SelectionOutcome, names: Mapping[int, str]) -> None:
    """A button that measures the certainty of the selection in view, and what came of it."""
    st.subheader("Certainty", anchor=False)
    spec = outcome.selection.spec
    key = json.dumps([studio().scores.revision, studio().marks.revision, spec.as_dict()])
    if st.session_state.get(ASKED) != key:
        st.caption(
            "How often each row is kept if the rule had been learned from other candidate sets, or with another seed."
        )
        if not st.button("Measure certainty", icon=":material/casino:"):
            return
        st.session_state[ASKED] = key
    owner = studio()

    def work(progress: Progress) -> RowCertainty:
        return owner.selections.certainty_of(spec, progress=progress)

    try:
        found = settled(SLOT, key, "Selecting again", work, "Measure again")
    except StudioError as error:
        st.session_state.pop(ASKED)
        show_error(error)
        return
    if found is not None:
        _shown(found, names)


def _shown(found: RowCertainty, names: Mapping[int, str]) -> None:
    for sentence in found.fixed:
        st.info(sentence, icon=":material/info:")
    if not found.varied:
        st.info("Nothing differs from draw to draw in this selection: every row is kept or dropped in all of them.")
        return
    st.caption(f"{found.draws} draws. Varied: {'; '.join(found.varied)}.")
    for column, (verdict, count) in zip(st.columns(len(Sureness)), found.counts.items(), strict=True):
        column.metric(verdict.capitalize(), f"{count:,}")
    st.plotly_chart(certainty_figure(found.rows, found.draws), config=COMPACT_CONFIG, key="certainty figure")
    chosen = st.segmented_control(
        "Rows",
        list(Sureness),
        format_func=str.capitalize,
        default=Sureness.TOSS_UP,
        required=True,
        key="certainty rows",
    )
    rows = found.rows[found.rows["verdict"] == chosen]
    if chosen == Sureness.TOSS_UP:
        rows = rows.sort_values("kept_share", key=lambda share: (share - 0.5).abs(), kind="stable")
    if rows.empty:
        st.caption("None.")
        return
    _table(rows.head(SHOWN), names)
    more = f" The first {SHOWN} of {len(rows):,}." if len(rows) > SHOWN else ""
    st.caption(f"Click a row to open and mark it; the most open come first among toss-ups.{more}")


def _table(rows: pd.DataFrame, names: Mapping[int, str]) -> None:
    pairs = [(int(d), int(r)) for d, r in zip(rows["dataset_id"], rows["row_id"], strict=True)]
    texts = studio().rows.members(pairs)
    shown = pd.DataFrame(
        {
            "Kept in": 100 * rows["kept_share"].to_numpy(),
            "Now": ["kept" if kept else "dropped" for kept in rows["kept"]],
            "Dataset": [names.get(dataset, "?") for dataset, _ in pairs],
            "Instruction": [texts[pair].instruction[:200] if pair in texts else "" for pair in pairs],
        }
    )
    kept_in = {"Kept in": st.column_config.NumberColumn(format="%.0f%%", width=70)}
    opening_table(shown, pairs, "certainty", column_config=kept_in)
