"""Widgets that show what a setting holds."""

from typing import Any

import streamlit as st


def show_value(key: str, value: Any) -> None:
    """Make the widget of this key show a value, and tell the browser so at every run.

    Streamlit tells it in the run that changes the value only. Where the next run begins before the browser has drawn
    that one, as on a busy computer, the browser takes the widget's default, the lowest number or the first option, for
    what the user chose, and sends it back.
    """
    st.session_state[key] = value
