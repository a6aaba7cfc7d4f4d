"""Whether what somebody defined is an indicator with which the rest of the studio can work."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from core.errors import InputError
from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.models.profiles import Profile, profiles
from core.models.trust import Trust
from core.own_code import Origin, guarded

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ROLES = ("", "language_model", "encoder", "reward", "quality")
# Columns of tables in which indicators are columns too.
RESERVED = {
    "dataset", "dataset_id", "description", "error", "input", "instruction", "key", "kind", "log_loss", "map_x",
    "map_y", "mark", "messages", "name", "note", "number", "order", "output", "position", "predicted_log_loss",
    "random", "relative_quality", "row_id", "rows", "set", "similarity", "steps", "unreliable", "x", "y",
}  # fmt: skip


def checked(defined: Indicator, origin: Origin) -> Indicator:
    """The indicator with its origin: its scores are kept under the digest, and its faults name where it comes from.

    Raises:
        InputError: a part of it is not what it has to be.
    """
    try:
        fault = _fault(defined)
    except Exception as error:
        fault = f"its settings or needs can't be had: {type(error).__name__}: {error}"
    if fault:
        what, mend = f"This indicator can't be used: {fault}.", "docs/own_indicators.md says what it takes."
        raise InputError(what, where=origin.label, mend=mend)
    settings = defined.settings
    return replace(
        defined,
        origin=origin,
        settings=lambda profile: {**settings(profile), "code": origin.digest},
        compute=_guarded(defined.compute, lambda chunk: len(chunk.rows), origin.label) if defined.compute else None,
        compute_pool=_guarded(defined.compute_pool, len, origin.label) if defined.compute_pool else None,
    )


def _fault(defined: Indicator) -> str:
    """What is wrong with it, the end of a sentence; "" where nothing is."""
    if not isinstance(defined.name, str) or not NAME.fullmatch(defined.name) or defined.name in RESERVED:
        return f"name {defined.name!r} is no lower-case word of at most 40 letters, digits and _, or it is reserved"
    for part in ("title", "definition", "source"):
        text = getattr(defined, part)
        if not isinstance(text, str) or not text.strip():
            return f"{part} is no text"
    if not isinstance(defined.least_words, int) or defined.least_words < 0:
        return "least_words is no number of words"
    if not isinstance(defined.undefined_where, str):
        return "undefined_where is no text"
    if defined.model_role not in _ROLES:
        return f"model_role {defined.model_role!r} is none of {', '.join(filter(None, _ROLES))}"
    if callable(defined.compute) == callable(defined.compute_pool):
        return "it has to have either compute or compute_pool"
    return next(filter(None, (_fault_under(defined, each) for each in profiles().values())), "")


def _fault_under(defined: Indicator, profile: Profile) -> str:
    if not isinstance(defined.needs(profile), Needs):
        return "needs gives no Needs"
    settings = defined.settings(profile)
    if not isinstance(settings, Mapping):
        return "settings gives no mapping"
    json.dumps(dict(settings), allow_nan=False)
    if not isinstance(defined.trust(profile), Trust | None):
        return "trust gives neither a Trust nor None"
    return ""


def _guarded(compute: Callable[[Any], Any], count: Callable[[Any], int], label: str) -> Callable[[Any], np.ndarray]:
    """The same computation; whatever goes wrong in it is told in a sentence that names the file."""
    told = guarded(lambda of: np.asarray(compute(of), dtype=np.float64), "indicator", label)

    @wraps(compute)
    def counted(of: Any) -> np.ndarray:
        values = told(of)
        if values.shape != (count(of),):
            raise InputError(
                f"The indicator gave values of shape {values.shape} for {count(of)} rows.",
                where=label,
                mend="It has to give one number a row, NaN where there is none.",
            )
        return values

    return counted
