"""Numbers, times, sizes and core's sentences as people read them."""

import re

from core.humanize import NONE, counted, true_minus
from core.humanize import duration as duration
from core.humanize import file_size as file_size
from core.indicators import registry
from core.rows.candidate_set import Kind
from core.rules.transform import Transform, parted
from pages.components.palette import SET_LOOKS

_FORMS = {Transform.LOG: "Log", Transform.MEAN_LOG: "Mean log", Transform.SQUARE: "Squared"}
_NAMED = re.compile(r"'([a-z][a-z0-9_]*)'")


def readable(value: float | None, unit: str = "") -> str:
    """A number to three or four figures, with thin thousands; a dash where there is none."""
    if value is None or value != value:
        return NONE
    size = abs(value)
    if size >= 1e6:
        text = f"{value:,.3g}" if size < 1e15 else f"{value:.2e}"
    elif size >= 1000 or value == int(value):
        text = f"{value:,.0f}"
    elif size >= 100:
        text = f"{value:.1f}"
    elif size >= 1:
        text = f"{value:.2f}"
    else:
        text = f"{value:.3g}"
    return f"{true_minus(text)} {unit}".rstrip()


def left_out(duplicates: int, refused: int) -> str:
    """What of a file did not become a row."""
    parts = [counted(n, what) for n, what in ((duplicates, "exact duplicate"), (refused, "rejected row")) if n]
    return f"{' and '.join(parts)} removed." if parts else "No rows removed."


def pace(per_second: float, unit: str) -> str:
    """How fast work goes: `12.5 rows/s`, and where it is slow `4.2 s per row`.

    Args:
        unit: what is counted, in the plural.
    """
    if per_second >= 1:
        return f"{per_second:.1f} {unit}/s"
    return f"{1 / per_second:.1f} s per {unit.removesuffix('s')}"


def in_sentence(title: str) -> str:
    """A title as it stands amid a sentence: `Output length` becomes `output length`, `KNN distance` stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def column_title(column: str) -> str:
    """The title of an indicator or of a rule's term, or a column's name in words."""
    if column in registry():
        return registry()[column].title
    transform, indicator = parted(column)
    if indicator in registry():
        return f"{_FORMS[transform]} {in_sentence(registry()[indicator].title)}"
    return column.replace("_", " ").capitalize()


def titled(sentence: str) -> str:
    """A sentence of core with `'output_length'` as `output length`, `'hierarchical'` sets as the page calls them, and
    a capital at its beginning."""

    def title(found: re.Match[str]) -> str:
        if found[1] in SET_LOOKS:
            return SET_LOOKS[Kind(found[1])][0].lower()
        return in_sentence(column_title(found[1])) if parted(found[1])[1] in registry() else found[0]

    told = _NAMED.sub(title, sentence)
    return told[:1].upper() + told[1:]
