"""Ways of choosing of one's own: files in a folder of the data folder, and installed packages that offer some.

They are foreign code (`core.own_code`), off until the user switches them on. The digest of the code is kept with every
selection that is made by one, so that a changed file is another way.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from core.errors import InputError
from core.indicators.own_check import NAME
from core.own_code import CodeSource, Origin, OwnKind, OwnOffer, guarded
from core.selection.diversity import Diversity
from core.selection.ways import Among, Way, built_in, use_own

SETTING = "own_ways"  # in the store: whether they are switched on
GUIDE = "docs/ways.md"


def checked(defined: Way, origin: Origin) -> Way:
    """The way with its origin; its faults name where it comes from.

    Raises:
        InputError: a part of it is not what it has to be.
    """
    if fault := _fault(defined):
        raise InputError(f"This way can't be used: {fault}.", where=origin.label, mend=f"{GUIDE} says what it takes.")
    ranked = guarded(defined.rank, "way", origin.label)
    among = defined.among and replace(defined.among, rows=guarded(defined.among.rows, "way", origin.label))

    def rank(candidates: pd.DataFrame, seed: int) -> pd.Series:
        values = ranked(candidates.copy(), seed)
        if not isinstance(values, pd.Series) or not values.index.equals(candidates.index):
            raise InputError(
                "The way gave no value for each row.",
                where=origin.label,
                mend="rank has to give a Series with the index of the candidates.",
            )
        try:
            return values.astype(float)
        except (TypeError, ValueError) as error:
            mend = "Values are numbers, lowest first, and NaN for rows that may not be kept."
            raise InputError("The way gave values that are no numbers.", where=origin.label, mend=mend) from error

    return replace(defined, rank=rank, among=among, origin=origin)


def _fault(defined: Way) -> str:
    """What is wrong with it, the end of a sentence; "" where nothing is."""
    if not isinstance(defined.name, str) or not NAME.fullmatch(defined.name):
        return f"name {defined.name!r} is no lower-case word of at most 40 letters, digits and _"
    for part in ("title", "definition", "source"):
        text = getattr(defined, part)
        if not isinstance(text, str) or not text.strip():
            return f"{part} is no text"
    if not isinstance(defined.needs, tuple) or not all(isinstance(each, str) for each in defined.needs):
        return "needs is no tuple of names of indicators"
    if not callable(defined.rank):
        return "rank is no function"
    if defined.among is not None and not isinstance(defined.among, Among):
        return "among is no Among"
    if not isinstance(defined.diversity, Diversity) or not defined.center_pool >= 1:
        return "diversity is none of the studio's, or center_pool is below 1"
    return ""


OWN = OwnKind("way", "WAY", Way, "instructmining.ways", GUIDE, checked, built_in)


def found(folder: Path) -> list[CodeSource]:
    """The files of a folder and the entry points of installed packages; nothing of them is imported."""
    return OWN.found(folder)


def offer(folder: Path, allowed: bool) -> OwnOffer[Way]:
    """Let the registry offer the ways of one's own of this data folder, or none where they are off."""
    own = OWN.load(found(folder)) if allowed else OwnOffer[Way]()
    use_own(own.offered)
    return own
