"""Whose key the environment's is: it goes to the endpoint that it belongs to, and to no other address."""

from urllib.parse import urlsplit

from core.environment import Environment
from core.judge.settings import OPENAI

_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


def environment_key(address: str, environment: Environment) -> str:
    """The environment's key where the address is OpenAI's own, or that of `OPENAI_BASE_URL`; else "".

    Args:
        address: of the endpoint.
    """
    meant = {host_of(OPENAI), host_of(environment.openai_address)} - {""}
    return environment.openai_key if host_of(address) in meant else ""


def travels_open(address: str) -> bool:
    """Whether what is sent to this address could be read on the way."""
    return address.startswith("http://") and host_of(address) not in _THIS_COMPUTER


def host_of(address: str) -> str:
    """The host of an address, "" where it names none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # such as half an IPv6 address
        return ""
