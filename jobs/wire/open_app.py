"""Where the open app answers other processes: a file in the data folder, which nobody but its user can read.

An app that was killed leaves the file behind, and another program may listen at its port by then. So whoever is about
to ask has it prove first that it knows the token, and sends it nothing until it has.
"""

import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Lt

from core.errors import StudioError
from core.files import whole_file
from core.paths import PROJECT, StudioPaths
from core.values import Value
from core.values.files import read_json

HOST = "127.0.0.1"
KEYS = ("openai_key", "openai_address", "hub_token")  # of the environment of who asks, which go along


@dataclass(frozen=True)
class OpenApp(Value):
    """What the file says.

    Attributes:
        pid: of the app's process.
        port: at which it answers, on this computer only.
        token: that it wants.
        code: of which code it is; see `code_version`.
        folder: from which its relative paths count.
    """

    pid: Annotated[int, Ge(1), Lt(2**31)]
    port: Annotated[int, Ge(1), Lt(2**16)]
    token: str = field(repr=False)
    code: str = ""
    folder: str = ""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def proof(self, question: str) -> str:
        """What only they can answer to a question who know the token."""
        return hmac.new(self.token.encode(), question.encode(), hashlib.sha256).hexdigest()


def app_file(paths: StudioPaths) -> Path:
    """Where the file is in a data folder."""
    return paths.root / "app.json"


def found_app(paths: StudioPaths) -> OpenApp | None:
    """The app that the file names, whether or not it still lives; None where there is no such file."""
    try:
        return read_json(OpenApp, app_file(paths))
    except StudioError:
        return None


def keep_app(paths: StudioPaths, port: int) -> OpenApp:
    """Write the file of this process, with a new token.

    Raises:
        OSError: it can't be written.
    """
    made = OpenApp(os.getpid(), port, secrets.token_urlsafe(32), code_version(), str(Path.cwd()))
    with whole_file(app_file(paths)) as partial:
        partial.unlink(missing_ok=True)
        partial.touch(0o600, exist_ok=False)
        partial.write_text(json.dumps(made.as_dict()), "utf-8")
    return made


def forget_app(paths: StudioPaths, app: OpenApp) -> None:
    """Delete the file, unless it is another app's by now."""
    if found_app(paths) == app:
        with suppress(OSError):
            app_file(paths).unlink(missing_ok=True)


@cache
def code_version() -> str:
    """A digest of the code, which both sides of the way have to share."""
    digest = hashlib.sha256()
    for package in ("core", "jobs"):
        for file in sorted((PROJECT / package).rglob("*.py")):
            digest.update(f"{file.relative_to(PROJECT).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
