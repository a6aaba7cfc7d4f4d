"""Indicators of one's own: files in a folder of the data folder, and installed packages that offer some.

They are foreign code (`core.own_code`), off until the user switches them on. The digest of the code is part of the key
of their scores, so that a changed file never mixes with old scores.
"""

from collections.abc import Iterable
from pathlib import Path

from core.indicators import built_in, use_own
from core.indicators.base import Indicator
from core.indicators.own_check import checked
from core.own_code import CodeSource, OwnKind, OwnOffer

SETTING = "own_indicators"  # in the store: whether they are switched on
OWN = OwnKind(
    "indicator", "INDICATOR", Indicator, "instructmining.indicators", "docs/own_indicators.md", checked, built_in
)


def found(folder: Path) -> list[CodeSource]:
    """The files of a folder and the entry points of installed packages; nothing of them is imported."""
    return OWN.found(folder)


def load(sources: Iterable[CodeSource]) -> OwnOffer[Indicator]:
    """Import sources; one that is at fault is left out, and why is told."""
    return OWN.load(sources)


def offer(folder: Path, allowed: bool) -> OwnOffer[Indicator]:
    """Let the registry offer the indicators of one's own of this data folder, or none where they are off."""
    own = load(found(folder)) if allowed else OwnOffer[Indicator]()
    use_own(own.offered)
    return own
