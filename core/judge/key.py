"""Whose key the environment's is: it goes to the endpoint that it belongs to, and to no other address."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from core.judge.settings import OPENAI

VARIABLE, BASE_URL = "OPENAI_API_KEY", "OPENAI_BASE_URL"
_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


def environment_key(address: str, environment: Mapping[str, str]) -> str:
    """The environment's key where the address is OpenAI's own, or that of `OPENAI_BASE_URL`; else "".

    Args:
        address: of the endpoint.
    """
    meant = {host_of(OPENAI), host_of(environment.get(BASE_URL, ""))} - {""}
    return environment.get(VARIABLE, "") if host_of(address) in meant else ""


def travels_open(address: str) -> bool:
    """Whether what is sent to this address could be read on the way."""
    return address.startswith("http://") and host_of(address) not in _THIS_COMPUTER


def host_of(address: str) -> str:
    """The host of an address, "" where it names none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # such as half an IPv6 address
        return ""
