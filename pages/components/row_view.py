"""A whole pair in a dialog: question, answer, where it comes from, its scores and where they stand."""

import pandas as pd
import streamlit as st

from core.errors import StudioError
from core.indicators import registry
from core.rows import ASSISTANT, SYSTEM, USER
from core.store.matrix import PREDICTED
from pages.components.answer_text import answer_text
from pages.components.prediction import shown_title
from pages.components.wording import readable
from pages.components.workspace import show_error, store

SPEAKERS = {USER: "Instruction", ASSISTANT: "Response", SYSTEM: "System"}


@st.dialog("Instruction and response", width="large")
def show_row(dataset_id: int, row_id: int) -> None:
    """Open the pair `row_id` of a dataset over the page."""
    try:
        row = store().member_rows([(dataset_id, row_id)])[(dataset_id, row_id)]
        origin = store().member(dataset_id, row_id)
        name = store().dataset(dataset_id).name
    except (StudioError, KeyError) as error:
        if isinstance(error, StudioError):
            show_error(error)
        else:
            st.warning("The text of this row was deleted with its dataset.")
        return
    st.caption(f"**{name}** · {origin['source_file']}, row {origin['source_row']:,}")
    texts, numbers = st.columns([3, 2], gap="large")
    with texts:
        if row.messages is None:
            answer_text("Instruction", row.instruction)
            if row.input:
                answer_text("Input", row.input)
            answer_text("Response", row.output)
        else:
            for turn in row.conversation:
                answer_text(SPEAKERS.get(turn.role, turn.role.capitalize()), turn.content)
    with numbers:
        _scores(store().percentiles(dataset_id, row_id))
        if origin["extra"]:
            st.markdown("**Other columns**")
            st.json(origin["extra"], expanded=len(origin["extra"]) < 8)


def _scores(scores: pd.DataFrame) -> None:
    shown = [name for name in (PREDICTED, *registry()) if name in set(scores["indicator"])]
    known = scores.set_index("indicator").loc[shown].query("value.notna()").reset_index()
    st.markdown("**Scores** and the share of its dataset below")
    if known.empty:
        st.caption("Not scored yet.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Indicator": [shown_title(name) for name in known["indicator"]],
                "Value": [readable(value) for value in known["value"]],
                "Percentile": known["percentile"],
            }
        ),
        hide_index=True,
        height="content",
        column_config={
            "Percentile": st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100),
        },
    )
    if PREDICTED in set(known["indicator"]):
        st.caption(f"{shown_title(PREDICTED)}: lower is better.")
