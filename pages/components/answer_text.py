"""A text of a row or of a model as it is: no Markdown, no HTML, line breaks kept."""

import html

import streamlit as st

from pages.components.foreign_text import plain

TEXT_STYLE = (
    "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5;padding:0.8rem 1rem;border-radius:8px;"
    "background:rgba(127,140,155,0.10);max-height:26rem;overflow-y:auto"
)


def answer_text(heading: str, text: str) -> None:
    """A heading and the text in a box that scrolls."""
    st.markdown(f"**{plain(heading)}**")
    shown = html.escape(text) if text else "<i>(empty)</i>"
    st.html(f'<div style="{TEXT_STYLE}">{shown}</div>')
