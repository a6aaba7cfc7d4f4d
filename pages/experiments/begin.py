"""Where experiments begin: what one is for, and the presets to start from."""

import streamlit as st

from core.experiments.presets import PRESETS
from pages.components.tuning.experiment_settings import begin


def introduction() -> None:
    """Two sentences for who has never run one, and the presets."""
    st.info(
        "An experiment tunes a model on each of several candidate sets and measures its loss on an evaluation set, so "
        "that you see which data make a better model, and a rule can be learned from it. It runs in the background and "
        "costs computing time: minutes for a taste with the small model that comes along, days for the paper's design.",
        icon=":material/science:",
    )
    preset_cards()


def preset_cards() -> None:
    """A card for each preset; each opens the wizard with its sizes."""
    for column, preset in zip(st.columns(len(PRESETS)), PRESETS.values(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{preset.title}**")
            responses = f"{preset.responses} responses" if preset.responses else "every response"
            st.markdown(f"{preset.sets} sets of {preset.rows:,} rows, {_epochs(preset.epochs)}, {responses}")
            st.caption(preset.description)
            st.button(
                f"Begin with {preset.title}", key=f"begin {preset.name}", on_click=begin, args=(preset.name,),
                type="primary" if preset.name == "taste" else "secondary",
            )  # fmt: skip


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"
