"""The indicators, one file each. A file in this folder that defines `INDICATOR` joins the registry by being there."""

import importlib
import pkgutil
from functools import cache

from core.indicators.base import Indicator, Scope

__all__ = ["Indicator", "Scope", "indicator", "registry"]


@cache
def registry() -> dict[str, Indicator]:
    """Every indicator by name, in the order in which they are shown."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        definition = getattr(importlib.import_module(f"{__name__}.{module.name}"), "INDICATOR", None)
        if isinstance(definition, Indicator):
            found.append(definition)
    return {each.name: each for each in sorted(found, key=lambda each: (each.order, each.name))}


def indicator(name: str) -> Indicator:
    """The indicator called `name`.

    Raises:
        KeyError: no file in `core/indicators` defines it.
    """
    return registry()[name]
