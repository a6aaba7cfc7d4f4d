"""One call to an OpenAI-compatible endpoint: its reply, what it took, or in one sentence why there is none.

After a fault that may pass it waits as `Retry-After` says, or ever longer, and tries again. The key is held here and
nowhere else: it goes along with no redirect, and a server that repeats it in its answer does not get it onto the screen
or into the store either.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

from core.errors import JudgeError
from core.judge.key import host_of
from core.judge.question import Message
from core.judge.settings import JudgeSettings
from core.web import AnswerBounds, AnswerRefused, WebAnswer, WebClient

_SHOWN = 300  # characters of what a server says
MOST_BYTES = 8_000_000  # of an answer
LONGEST_WAIT = 120.0  # that a server may ask for; with a longer one it is told instead
_MAY_PASS = (408, 409, 429)  # and 500 and above


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


class Endpoint:
    """An endpoint with its key; threads share it."""

    def __init__(self, settings: JudgeSettings, key: str) -> None:
        """Nothing is sent yet.

        Raises:
            JudgeError: the address or the key can't be one.
        """
        self._settings, self._key = settings, key.strip()
        refuse_address(settings)
        if not all(" " < each <= "~" for each in self._key):
            raise JudgeError("The API key contains invalid characters.", mend="Copy it again, without spaces.")
        self._client = WebClient(settings.address)
        self._bounds = AnswerBounds(MOST_BYTES, settings.timeout_seconds)

    def ask(self, messages: Sequence[Message], attempts: int) -> Exchange:
        """Send one request, and again after a fault that may pass, `attempts` times at most."""
        settings = self._settings
        asked = {
            "model": settings.model,
            "messages": list(messages),
            "temperature": settings.temperature,
            "max_tokens": settings.max_reply_tokens,
        }
        content, lost, error = json.dumps(asked).encode(), 0, None
        for attempt in range(attempts):
            pause: float | None = 0.5 * 2.0 ** min(attempt, 4)
            try:
                status, body, asked_wait = self._post(content)
            except httpx2.HTTPError as fault:
                error = self._unanswered(fault)
                if isinstance(fault, AnswerRefused):
                    pause = None
                lost += not isinstance(fault, httpx2.ConnectError)
            else:
                if 200 <= status < 300:
                    text, given, taken = _read(body)
                    text = None if text is None else self._without_key(text)
                    return Exchange(text, given, taken, attempt + 1, lost)
                error = self._refused(status, body)
                pause = (pause if asked_wait is None else asked_wait) if status in _MAY_PASS or status >= 500 else None
            if pause is None or pause > LONGEST_WAIT or attempt + 1 == attempts:
                return Exchange(None, sent=attempt + 1, lost=lost, error=error)
            time.sleep(pause)
        return Exchange(None, sent=0, error=error)

    def close(self) -> None:
        self._client.close()

    def _post(self, content: bytes) -> tuple[int, str, float | None]:
        """Status, body, and after which time the server wants to be asked again."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        address = f"{self._settings.address}/chat/completions"
        with self._client.asked("POST", address, self._bounds, headers=headers, content=content) as answer:
            body = _elsewhere(answer) or answer.body().decode("utf-8", "replace")
            return answer.status, body, answer.retry_after

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "[key]") if self._key else text

    def _unanswered(self, fault: httpx2.HTTPError) -> JudgeError:
        """The sentence for a request that no answer came to."""
        where, seconds = self._settings.address, self._settings.timeout_seconds
        if isinstance(fault, AnswerRefused):
            return JudgeError(f"The endpoint's answer is refused. {fault}", where=where, mend="Use another endpoint.")
        if isinstance(fault, httpx2.TimeoutException):
            return JudgeError(
                f"The endpoint timed out repeatedly ({seconds:.0f} s).",
                where=where,
                mend="Try again later, or raise the timeout. Verdicts so far are kept.",
            )
        return JudgeError(
            "No connection to the endpoint.",
            where=where,
            mend="Check the address, the network and the server. Verdicts so far are kept.",
        )

    def _refused(self, status: int, body: str) -> JudgeError:
        """The sentence for a status that is no success."""
        where, settings = self._settings.address, self._settings
        said = self._without_key(_said(body))
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
        if not what and 300 <= status < 400:
            what, mend = "The endpoint redirects to another address; the key is not sent there.", "Enter that address."
        elif not what and status >= 500:
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


def _elsewhere(answer: WebAnswer) -> str:
    """Where a redirect leads to, as if the server had said it; "" for what is none."""
    return json.dumps({"message": answer.headers.get("location", "")}) if 300 <= answer.status < 400 else ""


def _said(body: str) -> str:
    """The server's own words, cut short."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    told = told.get("error", told) if isinstance(told, dict) else told
    words = told.get("message") if isinstance(told, dict) else told
    return str(words).strip()[:_SHOWN] if isinstance(words, str) else ""


def _read(body: str) -> tuple[str | None, int | None, int | None]:
    """Text and token counts of a chat completion; None for each that is not there."""
    try:
        answer = json.loads(body)
        text = answer["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None, None, None
    usage = answer.get("usage")
    given, taken = (
        usage.get(name) if isinstance(usage, dict) else None for name in ("prompt_tokens", "completion_tokens")
    )
    counts = [each if type(each) is int and each >= 0 else None for each in (given, taken)]
    return (text if isinstance(text, str) else None), counts[0], counts[1]
