"""What can be asked for: every public method and property of the sections of a studio."""

import importlib
import inspect
from functools import cached_property
from typing import Any

from core.errors import InputError
from jobs.api import Studio
from jobs.api.section import Section

OF_SESSION = ("refresh", "profile", "own_allowed")  # that a session beside the app asks for itself
STAYS = {"datasets.load_beside": "It works beside a page; use datasets.load."}


def sections() -> list[str]:
    """Their names, in the order in which the studio has them."""
    return [name for name, each in vars(Studio).items() if isinstance(each, cached_property)]


def section_kind(name: str) -> type[Section]:
    """The class of a section; its file is called as it is."""
    module = importlib.import_module(f"jobs.api.{name}")
    kinds = (each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Section))
    return next(each for each in kinds if getattr(each, "name", "") == name)


def public(kind: type) -> dict[str, Any]:
    """Methods and properties that a section offers, by name."""
    found = {name: each for base in reversed(kind.__mro__) for name, each in vars(base).items()}  # those of bases first
    return {
        name: each
        for name, each in found.items()
        if not name.startswith("_") and (inspect.isfunction(each) or isinstance(each, property))
    }


def called(studio: Studio, section: str, method: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """What a method comes to, or a property.

    Raises:
        InputError: there is no such method.
        StudioError: as the method does.
    """
    owner: Any = None
    if section == "session":
        owner = studio.session if method in OF_SESSION else None
    elif section in sections() and f"{section}.{method}" not in STAYS:
        owner = getattr(studio, section)
    kind = public(type(owner)).get(method)
    if kind is None:
        said = STAYS.get(f"{section}.{method}", "There is no such method.")
        raise InputError(said, where=f"{section}.{method}")
    found = getattr(owner, method)
    return found if isinstance(kind, property) else found(*arguments, **named)
