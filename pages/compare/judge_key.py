"""The key to the judge's endpoint: from the environment, or typed in for this session. It is never kept anywhere."""

import os

import streamlit as st

from core.judge.key import BASE_URL, VARIABLE, environment_key

_SECRET = "judge secret"  # in the session's memory, where it outlives its field while another tab is shown


def key_field(address: str) -> str:
    """The password field; returns the key in force, "" for none.

    Args:
        address: of the endpoint.
    """
    from_environment = environment_key(address, os.environ)
    typed = st.text_input(
        "API key",
        st.session_state.get(_SECRET, ""),
        type="password",
        live=True,  # else what is typed is lost to who leaves the field by its eye, with the Tab key
        key="judge key",
        placeholder=f"from {VARIABLE}" if from_environment else "not needed for most local servers",
        help=f"Kept in memory for this session, never stored or logged. If empty, {VARIABLE} is used for OpenAI's "
        f"address and for that of {BASE_URL} only.",
    )
    st.session_state[_SECRET] = typed
    return typed.strip() or from_environment
