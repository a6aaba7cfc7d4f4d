"""A method of the studio asked of the open app, from another process."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx2

from core.environment import Environment
from core.errors import StoreError
from core.paths import StudioPaths
from core.progress import Cancelled, Progress
from core.web import AnswerBounds, AnswerRefused, WebAnswer, WebClient
from jobs.wire.open_app import KEYS, OpenApp, code_version, found_app
from jobs.wire.values import from_wire, to_wire

HELLO_SECONDS = 60.0  # an app that computes may take a while to say who it is
MOST_ANSWERED = 1 << 40
_QUIET = AnswerBounds(1_000, HELLO_SECONDS)
_ENDLESS = AnswerBounds(MOST_ANSWERED, None, slowest=0.0)


@dataclass(frozen=True)
class AppCall:
    """A method, or a property, and what it is given."""

    section: str
    method: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]


class AppLine:
    """Asks the app of one data folder, whichever process that is at the moment; threads may share it."""

    def __init__(self, paths: StudioPaths) -> None:
        self._paths = paths
        self._client: tuple[str, WebClient] | None = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client[1].close()
        self._client = None

    @property
    def app(self) -> OpenApp | None:
        """The app that answers; None where there is none.

        Raises:
            StoreError: it does not say who it is in time, or is of other code.
        """
        app = found_app(self._paths)
        if app is None:
            return None
        question = secrets.token_hex(16)
        try:
            with self._web(app).asked("GET", f"{app.url}/hello?question={question}", _QUIET) as answer:
                known = answer.status == 200 and answer.body().decode("utf-8", "replace") == app.proof(question)
        except httpx2.TimeoutException as error:
            raise self._silent(app) from error
        except httpx2.HTTPError:
            return None
        if known and app.code != code_version():
            raise StoreError(
                "The studio that is open is of another version of the code.",
                where=str(self._paths.root),
                mend="Use the same version, or stop the studio and start it again.",
            )
        return app if known else None

    def ask(self, asked: AppCall, environment: Environment, progress: Progress) -> Any:
        """What the app answers.

        Args:
            environment: of this process, whose keys count.
            progress: hears how far the app is; what it raises stops the work there.

        Raises:
            StudioError: as the method does; the app has ended, or does not answer.
        """
        content = {
            "arguments": [to_wire(each) for each in asked.arguments],
            "named": {name: to_wire(each) for name, each in asked.named.items()},
            "environment": {name: getattr(environment, name) for name in KEYS},
        }
        app = self.app
        if app is None:
            raise StoreError(
                "The studio that was open has ended.", where=str(self._paths.root), mend="Open the data folder again."
            )
        with self._told(app):
            headers = {"Authorization": f"Bearer {app.token}", "Content-Type": "application/json"}
            with self._web(app).asked(
                "POST", f"{app.url}/studio/{asked.section}/{asked.method}", _ENDLESS, headers=headers,
                content=json.dumps(content, allow_nan=False).encode(),
            ) as answer:  # fmt: skip
                return _outcome(answer, progress)

    def _web(self, app: OpenApp) -> WebClient:
        if self._client is None or self._client[0] != app.url:
            self.close()
            self._client = app.url, WebClient(app.url, own=True)
        return self._client[1]

    @contextmanager
    def _told(self, app: OpenApp) -> Iterator[None]:
        """Faults of the way in words."""
        try:
            yield
        except httpx2.TimeoutException as error:
            raise self._silent(app) from error
        except httpx2.HTTPError as error:
            raise StoreError(
                f"The studio (process {app.pid}) ended while it worked on this.",
                where=str(self._paths.root),
                mend="Run it again; the database keeps what was finished.",
            ) from error

    def _silent(self, app: OpenApp) -> StoreError:
        return StoreError(
            f"The studio (process {app.pid}) does not answer.",
            where=str(self._paths.root),
            mend="Stop it and start it again.",
        )


def _outcome(answer: WebAnswer, progress: Progress) -> Any:
    """Hear how far the work is until its result, or its error, comes.

    Raises:
        AnswerRefused: neither does.
    """
    if answer.status != 200:
        _refused(answer)
    for line in _lines(answer):
        said = json.loads(line)
        if "progress" in said:
            progress.update(*said["progress"])
        elif "error" in said:
            raise from_wire(said["error"])
        elif "cancelled" in said:
            raise Cancelled
        else:
            return from_wire(said["result"])
    raise AnswerRefused("It ends before its result.")


def _refused(answer: WebAnswer) -> NoReturn:
    try:
        raise from_wire(json.loads(answer.body())["error"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The studio that is open has refused this (status {answer.status}).",
            mend="Stop the studio and start it again.",
        ) from error


def _lines(answer: WebAnswer) -> Iterator[bytes]:
    """The lines of an answer, those without anything left out."""
    parts: list[bytes] = []
    for piece in answer.pieces():
        *ended, rest = piece.split(b"\n")
        for each in ended:
            if line := b"".join([*parts, each]):
                yield line
            parts = []
        parts.append(rest)
