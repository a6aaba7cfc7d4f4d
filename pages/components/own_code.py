"""Code of one's own, indicators or ways of choosing: off until it is switched on in a dialog."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from core.errors import InputError, StudioError
from pages.components.foreign_text import coded, plain, prose
from pages.components.shown_value import tied
from pages.components.workspace import show_error


@dataclass(frozen=True)
class OwnCodeDialog:
    """A kind of it.

    Attributes:
        nouns: what it defines: `indicators`.
        folder: where its files stand.
        guide: the document that says how to write one.
        allowed: whether it is switched on.
        allow: switches it.
        table: where it comes from: label, offered, fault.
    """

    nouns: str
    folder: Path
    guide: str
    allowed: bool
    allow: Callable[[bool], None]
    table: Callable[[], pd.DataFrame]


def own_code(own: OwnCodeDialog) -> None:
    """A button to the dialog; what is at fault is said on the page."""
    if st.button(f"Own {own.nouns}", icon=":material/extension:"):
        st.dialog(f"Own {own.nouns}", width="medium")(_content)(own)


def show_own_faults(faults: Iterable[InputError]) -> None:
    """Say what of one's own can't be offered, and why."""
    for fault in faults:
        st.warning(prose(fault), icon=":material/extension_off:")


def _content(own: OwnCodeDialog) -> None:
    def switch(allowed: bool) -> None:
        try:
            own.allow(allowed)
        except StudioError as error:
            show_error(error)

    st.toggle(f"Use own {own.nouns}", **tied(f"own {own.nouns} switch", own.allowed, switch))
    st.warning(
        "They are Python code, which runs with your rights: it can read and change your files. Use only what you have "
        "read or trust.",
        icon=":material/warning:",
    )
    st.caption(
        f"Each is a file of {own.folder}, or an entry point of an installed package. {own.guide} shows how to write "
        "one. While they are off, nothing of them is imported."
    )
    sources = own.table()
    if sources.empty:
        st.info("There are none yet.")
    for label, offered, fault in sources.itertuples(index=False):
        st.markdown(f"{coded(label)} · {plain(offered or fault or 'off')}")
