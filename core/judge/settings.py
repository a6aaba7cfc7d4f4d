"""Which model judges, where it is asked, what it costs and how much may be spent."""

import json
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le, MinLen

from core.values import NotNegative, Positive, Value

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Prices(Value):
    """Of a million tokens, in US dollars."""

    input: Annotated[float, Ge(0)] = 0.0
    output: Annotated[float, Ge(0)] = 0.0

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / 1e6


# OpenAI's list prices as last known to us; a user corrects them on the page.
KNOWN_PRICES = {"gpt-3.5-turbo": Prices(0.5, 1.5), "gpt-4": Prices(30.0, 60.0)}


@dataclass(frozen=True)
class JudgeSettings(Value):
    """A judge. The key to its endpoint is no part of it, so that it can be kept.

    Attributes:
        base_url: of an OpenAI-compatible endpoint, up to and with `/v1`.
        max_reply_tokens: of one reply.
        max_cost, max_calls: what one run may spend, in US dollars, and send at most, retries included.
        at_once: calls under way at the same time.
        retries: of a call that met a rate limit, a server's fault or a broken connection.
    """

    base_url: str = OPENAI
    model: Annotated[str, MinLen(1)] = "gpt-3.5-turbo"
    temperature: Annotated[float, Ge(0), Le(2)] = 0.0
    max_reply_tokens: Positive = 200
    prices: Prices = KNOWN_PRICES["gpt-3.5-turbo"]
    max_cost: Annotated[float, Ge(0)] = 1.0
    max_calls: NotNegative = 1_000
    at_once: Annotated[int, Ge(1), Le(32)] = 4
    retries: NotNegative = 4
    timeout_seconds: Annotated[float, Gt(0)] = 60.0

    @property
    def address(self) -> str:
        """The endpoint's address without a last slash."""
        return self.base_url.strip().rstrip("/")

    @property
    def holds_secret(self) -> bool:
        """Whether somebody has put a name or a password into the address; such settings are not to be kept."""
        return "@" in self.address

    def judge_key(self, wording: int) -> str:
        """Under which this judge's replies are kept: everything that may change one."""
        return json.dumps([self.address, self.model, self.temperature, self.max_reply_tokens, wording])


def judge_title(judge_key: str) -> str:
    """`gpt-4 at api.openai.com` from a judge's key."""
    address, model, temperature, *_ = json.loads(judge_key)
    host = address.split("://")[-1].split("/")[0]
    warmth = f", temperature {temperature:g}" if temperature else ""
    return f"{model} at {host}{warmth}"
