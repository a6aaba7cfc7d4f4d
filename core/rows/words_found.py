"""Where the words that are looked for stand in a text."""

import re
import unicodedata
from collections.abc import Iterator, Sequence


def spans_of(words: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each place, in order, none over another; in any case, composed or decomposed."""
    forms = {unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD") if word}
    if not forms:
        return
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    for found in re.finditer("|".join(map(re.escape, longest_first)), text, re.IGNORECASE):
        yield found.span()
