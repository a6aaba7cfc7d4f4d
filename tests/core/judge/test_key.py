"""The environment's key goes to OpenAI's host and to the one that the environment names."""

import pytest

from core.environment import Environment
from core.judge.key import environment_key, travels_open

KEY = "sk-0123456789"


@pytest.mark.parametrize(
    ("address", "base_url", "goes"),
    [
        ("https://api.openai.com/v1", "", True),
        ("https://api.openai.com.elsewhere.org/v1", "", False),
        ("https://elsewhere.org/v1?to=api.openai.com", "", False),
        ("http://127.0.0.1:8080/v1", "", False),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", True),
        ("http://[::1", "http://[::1", False),
        ("nowhere", "nowhere", False),
    ],
)
def test_the_key_goes_where_it_belongs(address: str, base_url: str, goes: bool) -> None:
    assert environment_key(address, Environment(openai_key=KEY, openai_address=base_url)) == (KEY if goes else "")


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("http://elsewhere.org/v1", True),
        ("https://elsewhere.org/v1", False),
        ("http://localhost:8080/v1", False),
        ("http://[::1]:8080/v1", False),
    ],
)
def test_only_what_leaves_this_computer_unencrypted_travels_open(address: str, opened: bool) -> None:
    assert travels_open(address) is opened
