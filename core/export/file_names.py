"""What the files of an export are called."""

import unicodedata
from collections.abc import Iterator

_CHARACTERS, _BYTES = 80, 160  # file systems take 255 bytes, and endings are added


def file_name_for(name: str) -> str:
    """A selection's name as that of its files: letters and digits of any script, dots, dashes, underscores."""
    kept = "".join(each if _stays(each) else "-" for each in unicodedata.normalize("NFC", name).lower())
    while "--" in kept:
        kept = kept.replace("--", "-")
    kept = kept.strip("-.")[:_CHARACTERS]
    while len(kept.encode()) > _BYTES:
        kept = kept[:-1]
    return kept.strip("-.") or "selection"


def numbered(name: str) -> Iterator[str]:
    """The name, and the same with 2, 3 ... after it."""
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _stays(character: str) -> bool:
    return character in "._-" or unicodedata.category(character)[0] in "LNM"
