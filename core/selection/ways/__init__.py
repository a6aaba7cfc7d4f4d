"""The ways of choosing rows, one file each. A file in this folder that defines `WAY` joins the registry by being there.

Those of the user's own join it for the data folder that is open in this process.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache

from core.errors import SelectionError
from core.selection.ways.base import Among, Way

__all__ = ["Among", "Way", "built_in", "use_own", "way", "ways"]

_own: tuple[Way, ...] = ()


@cache
def built_in() -> Mapping[str, Way]:
    """The ways of the studio by name, in the order in which they are shown."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        definition = getattr(importlib.import_module(f"{__name__}.{module.name}"), "WAY", None)
        if isinstance(definition, Way):
            found.append(definition)
    return _ordered(found)


def ways() -> Mapping[str, Way]:
    """Every way by name, in the order in which they are shown."""
    return _ordered([*built_in().values(), *_own]) if _own else built_in()


def use_own(own: Sequence[Way]) -> None:
    """Offer these beside those of the studio, in place of others that were."""
    global _own
    _own = tuple(own)


def way(name: str) -> Way:
    """The way called `name`.

    Raises:
        SelectionError: there is none.
    """
    known = ways()
    if name not in known:
        raise SelectionError(
            f"There is no way of choosing “{name}”.",
            mend=f"Choose from {', '.join(known)}. If it is one of your own, switch own ways on first.",
        )
    return known[name]


def _ordered(found: Sequence[Way]) -> Mapping[str, Way]:
    return {each.name: each for each in sorted(found, key=lambda each: (each.order, each.name))}
