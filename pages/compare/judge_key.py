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
        "Key",
        st.session_state.get(_SECRET, ""),
        type="password",
        live=True,  # else what is typed is lost to who leaves the field by its eye, with the Tab key
        key="judge key",
        placeholder=f"{VARIABLE} of the environment" if from_environment else "none, for most local servers",
        help="Stays in this session's memory and is never stored or logged. Where it is empty, the environment's "
        f"{VARIABLE} is taken for OpenAI's own address and for that of {BASE_URL}.",
    )
    st.session_state[_SECRET] = typed
    return typed.strip() or from_environment
