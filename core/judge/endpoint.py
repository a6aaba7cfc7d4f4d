"""One call to an OpenAI-compatible endpoint: its reply, what it took, or in one sentence why there is none.

The openai package sends it: it waits as `Retry-After` says or ever longer, and tries again. The key is held here and
nowhere else; a server that repeats it in its answer does not get it onto the screen or into the store either.
"""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import JudgeError
from core.judge.key import host_of
from core.judge.question import Message
from core.judge.settings import JudgeSettings

if TYPE_CHECKING:
    import openai

_SHOWN = 300  # characters of what a server says


@dataclass(frozen=True)
class Exchange:
    """What came of one call.

    Attributes:
        text: the reply's text; None where the server's answer is none, or there is an error.
        input_tokens, output_tokens: as the endpoint counts them, None where it does not.
        sent: attempts made.
        lost: attempts of which nothing is known, and which may have been charged.
        error: why nothing came.
    """

    text: str | None
    input_tokens: int | None = None
    output_tokens: int | None = None
    sent: int = 1
    lost: int = 0
    error: JudgeError | None = None


class _Traffic(threading.local):
    """Attempts of the call that this thread makes: sent, and turned away by the server."""

    sent = 0
    refused = 0


class Endpoint:
    """An endpoint with its key; threads share it."""

    def __init__(self, settings: JudgeSettings, key: str) -> None:
        """Nothing is sent yet.

        Raises:
            JudgeError: the address or the key can't be one.
        """
        import openai

        self._settings, self._key, self._traffic = settings, key.strip(), _Traffic()
        refuse_address(settings)
        if not all(" " < each <= "~" for each in self._key):
            raise JudgeError("The API key contains invalid characters.", mend="Copy it again, without spaces.")
        hooks: dict[str, list[Callable[..., Any]]] = {
            "request": [self._count_sent],
            "response": [self._count_refused],
        }
        self._client = openai.OpenAI(
            base_url=settings.address,
            api_key=self._key or "none",  # a local server asks for none, the package does
            timeout=settings.timeout_seconds,
            http_client=openai.DefaultHttpxClient(event_hooks=hooks),
        )

    def ask(self, messages: Sequence[Message], attempts: int) -> Exchange:
        """Send one request, and again after a fault that may pass, `attempts` times at most."""
        import openai

        traffic = self._traffic
        traffic.sent = traffic.refused = 0
        try:
            raw = self._client.with_options(max_retries=attempts - 1).chat.completions.with_raw_response.create(
                model=self._settings.model,
                messages=list(messages),  # type: ignore[arg-type]  # the package wants a TypedDict for each role
                temperature=self._settings.temperature,
                max_tokens=self._settings.max_reply_tokens,
            )
        except openai.OpenAIError as error:
            return Exchange(None, sent=traffic.sent, lost=traffic.sent - traffic.refused, error=self._told(error))
        text, given, taken = _read(raw.http_response.text)
        lost = traffic.sent - traffic.refused - 1
        return Exchange(None if text is None else self._without_key(text), given, taken, traffic.sent, lost)

    def close(self) -> None:
        self._client.close()

    def _count_sent(self, request: Any) -> None:
        self._traffic.sent += 1

    def _count_refused(self, response: Any) -> None:
        self._traffic.refused += not response.is_success

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "[key]") if self._key else text

    def _told(self, error: "openai.OpenAIError") -> JudgeError:
        """The sentence for what the package raised."""
        import openai

        where, settings = self._settings.address, self._settings
        said = self._without_key(_said(error))
        if isinstance(error, openai.APITimeoutError):
            return JudgeError(
                f"The endpoint timed out repeatedly ({settings.timeout_seconds:.0f} s).",
                where=where,
                mend="Try again later, or raise the timeout. Verdicts so far are kept.",
            )
        if isinstance(error, openai.APIConnectionError):
            return JudgeError(
                "No connection to the endpoint.",
                where=where,
                mend="Check the address, the network and the server. Verdicts so far are kept.",
            )
        status = error.status_code if isinstance(error, openai.APIStatusError) else 0
        what, mend = {
            401: (
                "The endpoint rejected the API key.",
                "Enter a valid key. OPENAI_API_KEY is used for OpenAI's address and for OPENAI_BASE_URL only.",
            ),
            403: ("The API key has no access to this model.", "Choose another model, or another key."),
            404: (
                f"The endpoint has no model {settings.model}.",
                "Check the model's name and the address, which usually ends in /v1.",
            ),
            429: (
                "The endpoint's rate limit or the account's quota is exceeded.",
                "Wait, use fewer concurrent calls, or check the account. Verdicts so far are kept.",
            ),
        }.get(status, ("", ""))
        if not what and status >= 500:
            what, mend = f"The endpoint failed (status {status}).", "Try again later. Verdicts so far are kept."
        elif not what:
            what, mend = (
                f"The endpoint rejected the request (status {status}).",
                "Read its message and change the settings.",
            )
        return JudgeError(what, where=f"{where}: “{said}”" if said else where, mend=mend)


def refuse_address(settings: JudgeSettings) -> None:
    """Refuse an address to which nothing can or should be sent.

    Raises:
        JudgeError: it names no host, or holds a name or password.
    """
    if settings.holds_secret:
        raise JudgeError(
            "The endpoint's address contains a user name or password, which would be stored.",
            mend="Remove the part before the @, and enter the API key in its own field.",
        )
    if not settings.address.startswith(("http://", "https://")) or not host_of(settings.address):
        raise JudgeError(
            "The endpoint's address must start with http:// or https:// and have a host.",
            where=settings.address,
            mend="Examples: https://api.openai.com/v1, or http://127.0.0.1:8080/v1 for a local server.",
        )


def _said(error: "openai.OpenAIError") -> str:
    """The server's own words, cut short."""
    body = getattr(error, "body", None)
    words = body.get("message") if isinstance(body, dict) else body
    return str(words).strip()[:_SHOWN] if isinstance(words, str) else ""


def _read(body: str) -> tuple[str | None, int | None, int | None]:
    """Text and token counts of a chat completion; None for each that is not there."""
    try:
        answer = json.loads(body)
        text = answer["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        return None, None, None
    usage = answer.get("usage")
    given, taken = (
        usage.get(name) if isinstance(usage, dict) else None for name in ("prompt_tokens", "completion_tokens")
    )
    counts = [each if type(each) is int and each >= 0 else None for each in (given, taken)]
    return (text if isinstance(text, str) else None), counts[0], counts[1]
