"""The key to the judge's endpoint: from the environment, or typed in for this session. It is never kept anywhere."""

import streamlit as st

from core.environment import KEY, KEY_ADDRESS
from pages.components.workspace import studio

_SECRET = "judge secret"  # in the session's memory, where it outlives its field while another tab is shown


def key_field(address: str) -> str:
    """The password field; returns what is typed in, "" for the key of the environment.

    Args:
        address: of the endpoint.
    """
    elsewhere = f"from {KEY}" if studio().verdicts.has_environment_key(address) else "not needed for most local servers"
    typed = st.text_input(
        "API key",
        st.session_state.get(_SECRET, ""),
        type="password",
        live=True,  # else what is typed is lost to who leaves the field by its eye, with the Tab key
        key="judge key",
        placeholder=elsewhere,
        help=f"Kept in memory for this session, never stored or logged. If empty, {KEY} is used for OpenAI's "
        f"address and for that of {KEY_ADDRESS} only.",
    )
    st.session_state[_SECRET] = typed
    return typed.strip()
