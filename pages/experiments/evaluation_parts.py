"""The parts of an evaluation set: how many questions each has, what may look at it, and what it can show."""

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from core.rows.evaluation_parts import Part
from core.store import EvaluationSet
from pages.components.workspace import show_error, studio

JUDGES = (Part.VALIDATION, Part.TEST, Part.TRANSFER)
WANTED = 0.01  # nats per token


def show_parts(chosen: EvaluationSet) -> None:
    """The four parts, and how small a difference validation and test can show."""
    number = chosen.evaluation_set_id
    sizes = studio().evaluation_sets.parts(number).sizes(studio().evaluation_sets.transfer(number))
    precision = studio().evaluation_sets.precision(number)
    lines = [
        {
            "Part": part.capitalize(),
            "Instructions": size,
            "Smallest difference": f"{precision.difference(size):.3f} nats/token" if size and part in JUDGES else "–",
            "Use": part.use,
        }
        for part, size in sizes.items()
    ]
    columns = {
        "Smallest difference": st.column_config.TextColumn(
            help="Between two models' losses, that the questions can show (95%, power 80%). Draws of rows and seeds "
            "vary beside them.",
        )
    }
    st.dataframe(lines, hide_index=True, column_config=columns, key=f"parts of {number}")
    st.caption(f"{precision.told(sizes[Part.TEST])} {precision.source}")


@st.dialog("Parts of the evaluation set")
def parts_dialog(chosen: EvaluationSet) -> None:
    """Shares, seed and transfer part are chosen; questions are counted for a difference."""
    number, shares = chosen.evaluation_set_id, chosen.division.shares
    st.caption("Questions that are nearly the same are in the same part. The rest is for the test.")
    left, right, last = st.columns(3)
    guide = left.number_input("Guide, %", 0, 100, round(shares.guide * 100), key="share guide")
    validation = right.number_input("Validation, %", 0, 100, round(shares.validation * 100), key="share validation")
    test = 100 - int(guide) - int(validation)
    if test < 0:
        st.error("Guide and validation are more than 100% together.")
    seed = last.number_input("Seed", 0, 2**32 - 1, chosen.division.seed, key="share seed")
    others = {each.evaluation_set_id: each.name for each in studio().evaluation_sets.all()}
    del others[number]
    transfer = st.selectbox(
        "Transfer part",
        [0, *others],
        [0, *others].index(chosen.division.transfer) if chosen.division.transfer in others else 0,
        format_func=lambda each: others.get(each, "None"),
        help="An evaluation set of another source or answer format. A gain that vanishes on it is a learned format.",
        key="share transfer",
    )
    wanted = st.number_input(
        "Difference to tell, nats/token", 0.0005, 1.0, WANTED, 0.001, "%.4f", key="wanted difference"
    )
    needed = studio().evaluation_sets.precision(number).questions(wanted)
    st.caption(f"A difference of {wanted:g} nats/token needs {counted(needed, 'question')} (95%, power 80%).")
    if st.button("Save parts", type="primary", disabled=test < 0):
        try:
            studio().evaluation_sets.set_shares(number, guide / 100, validation / 100, test / 100, int(seed))
            studio().evaluation_sets.set_transfer(number, transfer or "")
        except StudioError as error:
            show_error(error)
            return
        st.rerun()
