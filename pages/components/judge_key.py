"""The key to the judge's endpoint: from the environment, or typed in for this session. It is never kept anywhere."""

import os
from urllib.parse import urlsplit

import streamlit as st

from core.judge.settings import OPENAI

VARIABLE, BASE_URL = "OPENAI_API_KEY", "OPENAI_BASE_URL"
_SECRET = "judge secret"  # in the session's memory, where it outlives its field while another tab is shown


def key_field(address: str) -> str:
    """The password field; returns the key in force, "" for none.

    The environment's key belongs to OpenAI, or to the endpoint that the environment names: no other address gets it.

    Args:
        address: of the endpoint.
    """
    meant = {urlsplit(each).hostname for each in (OPENAI, os.environ.get(BASE_URL, "")) if each}
    from_environment = os.environ.get(VARIABLE, "") if urlsplit(address).hostname in meant else ""
    typed = st.text_input(
        "Key",
        st.session_state.get(_SECRET, ""),
        type="password",
        key="judge key",
        placeholder=f"{VARIABLE} of the environment" if from_environment else "none, for most local servers",
        help="Stays in this session's memory and is never stored or logged. Where it is empty, the environment's "
        f"{VARIABLE} is taken for OpenAI's own address and for that of {BASE_URL}.",
    )
    st.session_state[_SECRET] = typed
    return typed.strip() or from_environment
