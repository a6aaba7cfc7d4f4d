"""Which format a file has: by its content first, by its name where the content leaves it open.

A file of this folder that defines `FORMAT` is asked by being there.
"""

import importlib
import pkgutil
from functools import cache

import core.formats
from core.errors import InputError
from core.formats.format import TEXT_NAMES, Format, suffix_of, what_can_be_loaded
from core.formats.source import Source
from core.formats.text_chats import HOW


@cache
def formats() -> tuple[Format, ...]:
    """Every format, in the order in which they are asked."""
    names = [each.name for each in pkgutil.iter_modules(core.formats.__path__)]
    found = [getattr(importlib.import_module(f"core.formats.{name}"), "FORMAT", None) for name in names]
    return tuple(sorted((each for each in found if isinstance(each, Format)), key=lambda each: each.order))


def format_of(source: Source) -> Format:
    """The format of an open file.

    Raises:
        InputError: it is text, but neither JSON nor a table with a line of names nor questions with their answers.
    """
    found = next((each for each in formats() if each.matches(source)), None)
    if found is None and suffix_of(source.shown) in TEXT_NAMES:
        raise InputError("The text has no turns of a user and an assistant.", where=source.shown, mend=HOW)
    if found is None:
        raise InputError(
            "The file is neither JSON nor a table with a header line.",
            where=source.shown,
            mend=what_can_be_loaded(formats()),
        )
    return found
