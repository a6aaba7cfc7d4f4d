"""The indicators, one file each. A file in this folder that defines `INDICATOR` joins the registry by being there.

Those of the user's own (`core.indicators.own`) join it for the data folder that is open in this process.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache

from core.errors import InputError
from core.indicators.base import Indicator, Scope
from core.models.profiles import profiles

__all__ = ["Indicator", "Scope", "built_in", "indicator", "is_weak", "registry", "untargeted", "use_own"]

_own: tuple[Indicator, ...] = ()


@cache
def built_in() -> dict[str, Indicator]:
    """The indicators of the studio by name, in the order in which they are shown."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        definition = getattr(importlib.import_module(f"{__name__}.{module.name}"), "INDICATOR", None)
        if isinstance(definition, Indicator):
            found.append(definition)
    return _ordered(found)


def registry() -> dict[str, Indicator]:
    """Every indicator by name, in the order in which they are shown."""
    return _ordered([*built_in().values(), *_own]) if _own else built_in()


def untargeted() -> list[str]:
    """The names of those that need no target: what is scored where nothing is named."""
    return [name for name, about in registry().items() if about.scope is not Scope.TARGET]


def is_weak(name: str, profile: str) -> bool:
    """Whether an indicator agrees too little with people or GPT-4 under a profile to be proposed by itself."""
    if name not in registry() or profile not in profiles():
        return False
    trust = registry()[name].trust(profiles()[profile])
    return trust is not None and trust.weak


def use_own(indicators: Sequence[Indicator]) -> None:
    """Offer these beside those of the studio, in place of others that were."""
    global _own
    _own = tuple(indicators)


def indicator(name: str) -> Indicator:
    """The indicator called `name`.

    Raises:
        InputError: there is none.
    """
    known = registry()
    if name not in known:
        raise InputError(
            f"There is no indicator “{name}”.", mend="If it is one of your own, switch own indicators on first."
        )
    return known[name]


def _ordered(indicators: Sequence[Indicator]) -> dict[str, Indicator]:
    return {each.name: each for each in sorted(indicators, key=lambda each: (each.order, each.name))}
