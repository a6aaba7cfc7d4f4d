"""The key to the judge's endpoint: from the environment, or typed in for this session. It is never kept anywhere."""

import os

import streamlit as st

VARIABLE = "OPENAI_API_KEY"
_SECRET = "judge secret"  # in the session's memory, where it outlives its field while another tab is shown


def key_field() -> str:
    """The password field; returns the key in force, "" for none."""
    from_environment = os.environ.get(VARIABLE, "")
    typed = st.text_input(
        "Key",
        st.session_state.get(_SECRET, ""),
        type="password",
        key="judge key",
        placeholder=f"{VARIABLE} of the environment" if from_environment else "none, for most local servers",
        help=f"Stays in this session's memory and is never stored or logged. Where it is empty {VARIABLE} is taken.",
    )
    st.session_state[_SECRET] = typed
    return typed.strip() or from_environment
