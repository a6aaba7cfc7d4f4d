"""What a section of the studio is: some of its methods, by topic, over what all sections share."""

from collections.abc import Callable
from typing import Any, NoReturn

from core.store import Store
from core.values.arguments import CheckedMethods
from jobs.api.moved import moved
from jobs.api.session import Session


class Section(CheckedMethods):
    """Keeps nothing of its own, so that any number of threads may share it; arguments are checked at its door."""

    name: str

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _store(self) -> Store:
        return self._session.store

    def _call(self, method: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        return self._session.call(self, method, *arguments, **named)

    def __call__(self, *arguments: Any, **named: Any) -> NoReturn:
        """Say what to call: some sections have the name of what was a method.

        Raises:
            StudioError: always.
        """
        raise moved(self.name)
