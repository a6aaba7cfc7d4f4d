"""The data folder of an app that is open: the app's process does what sections are asked for here."""

import inspect
import os
from collections.abc import Callable
from os import getpid as this_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from core.environment import Environment, read_environment
from core.errors import InputError, StoreError
from core.models.profiles import Profile
from core.paths import StudioPaths
from core.progress import Progress
from core.store import Store
from core.values.arguments import paths_among
from jobs.api.session import Session, refuse_unknown_profile
from jobs.wire.open_app import found_app

if TYPE_CHECKING:
    from jobs.wire.line import AppLine

PROGRESS = "progress"  # an argument that stays here
MAY_BE_NAMES = ("target",)  # of an evaluation set, where there is no such file


class SessionBeside(Session):
    """A session without a store of its own."""

    def __init__(
        self, paths: StudioPaths, line: "AppLine", folder: str, environment: Environment, progress: Progress | None
    ) -> None:
        """Over a line to the app; `found` makes it.

        Args:
            folder: from which the app's relative paths count.
        """
        super().__init__(paths, None, None, "", progress, environment)  # type: ignore[arg-type]
        self._line, self._folder = line, folder

    @classmethod
    def found(cls, data: str | Path, profile_name: str, progress: Progress | None) -> Self | None:
        """That of the app which is open on a data folder; None where there is none.

        Raises:
            InputError: the profile is not the app's.
            StoreError: as `AppLine.app` and `Studio.open`.
        """
        environment = read_environment(os.environ)
        paths = StudioPaths.of(data) if data else environment.paths
        there = found_app(paths)
        if there is None or there.pid == this_process():
            return None
        from jobs.wire.line import AppLine  # only now: the client of the web takes a while to load

        line = AppLine(paths)
        if (app := line.app) is None:
            line.close()
            return None
        found = cls(paths, line, app.folder, environment, progress)
        found.refresh()
        if profile_name:
            found._refuse_other_profile(profile_name)
        return found

    @property
    def store(self) -> Store:
        """Nothing here.

        Raises:
            StoreError: always.
        """
        raise StoreError("The database is open in the app's process.", mend="Call a method of the studio.")

    @property
    def profile(self) -> Profile:
        """Whose models score in the app."""
        found: Profile = self._ask("session", "profile")
        return found

    def call(self, section: Any, method: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """What a method of a section comes to in the app's process.

        Raises:
            StudioError: as the method does; something can't travel, or the app has ended.
        """
        bound = inspect.signature(method).bind(section, *arguments, **named)
        progress = bound.arguments.pop(PROGRESS, None) or self.progress
        if self._folder != str(Path.cwd()):
            for name in paths_among(method) & bound.arguments.keys():
                bound.arguments[name] = _from_here(bound.arguments[name], name in MAY_BE_NAMES)
        return self._ask(section.name, method.__name__, *bound.args[1:], progress=progress, **bound.kwargs)

    def refresh(self) -> bool:
        """As in the app, and the user's own code here, too."""
        changed: bool = self._ask("session", "refresh")
        self._offer_own()
        return changed

    @property
    def own_allowed(self) -> tuple[bool, bool]:
        """As the app's settings say."""
        found: tuple[bool, bool] = self._ask("session", "own_allowed")
        return found

    def close(self) -> None:
        """Let go of the line; the app stays open."""
        self._line.close()

    def _ask(
        self, section: str, method: str, /, *arguments: Any, progress: Progress | None = None, **named: Any
    ) -> Any:
        from jobs.wire.line import AppCall

        asked = AppCall(section, method, arguments, named)
        return self._line.ask(asked, self.environment, progress or self.progress)

    def _refuse_other_profile(self, name: str) -> None:
        refuse_unknown_profile(name)
        if name != self.profile.name:
            raise InputError(
                f"The studio that is open uses the profile {self.profile.name}.",
                where=name,
                mend="Choose this one there, or stop the studio first.",
            )


def _from_here(value: Any, may_be_a_name: bool) -> Any:
    """A path, or several, as it is meant in this process's folder; addresses and "" stay as they are."""
    if isinstance(value, (list, tuple)):
        return type(value)(_from_here(each, may_be_a_name) for each in value)
    if not isinstance(value, (str, Path)) or value in ("", Path()):
        return value
    from core.sources.download import is_address
    from core.sources.resolve import HUB

    place = Path.cwd() / Path(value).expanduser()
    if isinstance(value, str) and (
        value.startswith(HUB) or is_address(value) or (may_be_a_name and not place.exists())
    ):
        return value
    ends = os.sep if str(value).endswith(("/", os.sep)) else ""
    return type(value)(f"{place}{ends}") if isinstance(value, str) else place
