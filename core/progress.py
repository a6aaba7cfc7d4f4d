"""How slow work reports where it stands, and learns that nobody wants it any more."""

from collections.abc import Callable
from typing import Protocol

Say = Callable[[str], None]  # hears in words what the user should know


class Cancelled(Exception):
    """Raised out of `Progress.update` when the user has cancelled; the work stops where it is."""


class Progress(Protocol):
    """Whoever started the work implements this; the work calls it a few times a second at most."""

    def update(self, done: int, total: int, message: str = "") -> None:
        """Say that `done` of `total` units are finished (`total` 0 when unknown).

        Raises:
            Cancelled: the user wants the work to stop.
        """


class Silent:
    """Progress for callers that do not care."""

    def update(self, done: int, total: int, message: str = "") -> None:
        """Ignore the report."""


class WithoutBar:
    """Progress of what comes before the work that a bar counts: the message alone is passed on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def update(self, done: int, total: int, message: str = "") -> None:
        """Pass the message on."""
        self._progress.update(0, 0, message)


class Within:
    """Progress of a part of something larger, which is named before each message."""

    def __init__(self, progress: Progress, where: str) -> None:
        self._progress, self._where = progress, where

    def update(self, done: int, total: int, message: str = "") -> None:
        """Pass it on."""
        self._progress.update(done, total, f"{self._where}: {message}" if message else self._where)
