"""The commands of `python -m jobs`, one file each: what it asks for, what it does, and how it tells the outcome.

A file that defines `COMMAND` joins by being there, called as the command is. Importing one is cheap: what a command
computes with is loaded when it runs.
"""

import importlib
import pkgutil
from functools import cache

from jobs.commands.command import Command

__all__ = ["Command", "commands"]


@cache
def commands() -> dict[str, Command]:
    """Every command by its name, in the order of `--help`."""
    modules = [importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    found = [each.COMMAND for each in modules if isinstance(getattr(each, "COMMAND", None), Command)]
    return {each.name: each for each in sorted(found, key=lambda each: (each.order, each.name))}
