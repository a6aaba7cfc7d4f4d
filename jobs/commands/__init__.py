"""The commands of `python -m jobs`, one file each: what it asks for, what it does, and how it tells the outcome.

A file that defines `COMMAND` joins by being there, called as the command is: `start_over.py` has `start-over`. So that
of a command that is asked for is found without the others.
"""

import importlib
import pkgutil
from functools import cache

from jobs.commands.command import Command

__all__ = ["Command", "command_called", "commands"]


@cache
def commands() -> dict[str, Command]:
    """Every command by its name, in the order of `--help`."""
    found = [each for each in (_defined(file) for file in _files()) if each]
    return {each.name: each for each in sorted(found, key=lambda each: (each.order, each.name))}


def command_called(name: str) -> Command | None:
    """The command of that name, from its own file alone; None where there is none."""
    file = name.replace("-", "_")
    return _defined(file) if file in _files() else None


def _files() -> set[str]:
    return {each.name for each in pkgutil.iter_modules(__path__)}


def _defined(file: str) -> Command | None:
    found = getattr(importlib.import_module(f"{__name__}.{file}"), "COMMAND", None)
    return found if isinstance(found, Command) else None
