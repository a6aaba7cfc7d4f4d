"""The words of a text."""

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words(text: str) -> list[str]:
    """Lower-case words: runs of letters of any script, inner apostrophes kept, digits and signs left out."""
    return _WORD.findall(text.lower())
