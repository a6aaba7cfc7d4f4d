"""Numbers and times as people read them, one way everywhere: few digits, a true minus, a dash for none."""

import re
from collections.abc import Container, Sequence

MINUS, NONE = "−", "–"
_POWER = re.compile(r"e([+-])0*(\d+)")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def true_minus(text: str) -> str:
    """A number's text with a true minus (U+2212) in place of each hyphen, and `8.257×10⁻⁵` for `8.257e-05`."""
    return _POWER.sub(lambda e: "×10" + f"{e[1].strip('+')}{e[2]}".translate(_RAISED), text).replace("-", MINUS)


def number(value: float | None, signed: bool = False) -> str:
    """Four figures: `0.1498`, `−0.935`."""
    if value is None or value != value:
        return NONE
    return true_minus(f"{value or 0.0:{'+' if signed else ''}.4g}")  # no minus before 0


def fixed(value: float | None, decimals: int, signed: bool = False) -> str:
    """So many decimals: `1.735`, `+0.20`; what rounds to 0 has no minus."""
    if value is None or value != value:
        return NONE
    return true_minus(f"{value:{'+' if signed else ''}z.{decimals}f}")


def counted(count: int, noun: str) -> str:
    """`1 row`, `1,253 rows`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def listed(names: Sequence[str], most: int) -> str:
    """`a, b`, or the first ones of many: `a, b and 3 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def free_name(wish: str, taken: Container[str]) -> str:
    """The wish, or the next like it that is not taken: `Best (2)`."""
    free, number = wish, 2
    while free in taken:
        free, number = f"{wish} ({number})", number + 1
    return free


def share(value: float) -> str:
    """A share of variance as it stands for R²: `0.813`."""
    return fixed(value, 3)


def p_value(p: float) -> str:
    """`0.034`, `< 0.001`."""
    return "< 0.001" if p < 0.001 else fixed(p, 3)


def p_stated(p: float) -> str:
    """Within a sentence or a title: `p = 0.034`, `p < 0.001`."""
    return f"p {p_value(p)}" if p < 0.001 else f"p = {p_value(p)}"


def interval(low: float, high: float, digits: str = ".4g") -> str:
    """`−0.31 to −0.12`."""
    return NONE if low != low else true_minus(f"{low:{digits}} to {high:{digits}}")


def file_size(size_bytes: int) -> str:
    """`12 kB`, `3.4 MB`."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError("unreachable")


def duration(seconds: float | None) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`; a dash where it is not known."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 and whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
