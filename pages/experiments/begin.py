"""Where experiments begin: what one is for, and the presets to start from."""

import streamlit as st

from core.experiments.presets import PRESETS
from core.humanize import counted
from pages.components.tuning.experiment_settings import begin
from pages.components.wording import in_sentence
from pages.experiments.tournament_form import open_tournament


def introduction() -> None:
    """Two sentences for who has never run one, and the presets."""
    st.info(
        "An experiment fine-tunes a model on each of several candidate sets and measures its loss on an evaluation "
        "set. It shows which data give a better model, and a rule can be learned from it. It runs in the "
        "background: minutes for a quick trial with the embedded model, days for the paper's design.",
        icon=":material/science:",
    )
    preset_cards()
    with st.container(border=True):
        st.markdown("**Tournament**")
        st.caption(
            "Which way of choosing rows gives the better model on your data? Ways compete by the loss of models tuned "
            "on what each keeps."
        )
        st.button("Start a tournament", icon=":material/trophy:", on_click=open_tournament)


def preset_cards() -> None:
    """A card for each preset; each opens the wizard with its sizes."""
    for column, preset in zip(st.columns(len(PRESETS)), PRESETS.values(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{preset.title}**")
            responses = f"{preset.responses} responses" if preset.responses else "all responses"
            sets = f"{preset.sets} sets of {counted(preset.rows, 'row')}"
            st.markdown(f"{sets}, {_epochs(preset.epochs)}, evaluated on {responses}")
            st.caption(preset.description)
            st.space("stretch")  # so that the buttons of all cards are in a line
            st.button(
                f"Start a {in_sentence(preset.title)}", key=f"begin {preset.name}", on_click=begin,
                args=(preset.name,), type="primary" if preset.name == "taste" else "secondary",
            )  # fmt: skip


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"
