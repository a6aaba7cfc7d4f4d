"""Columns that say in their names in which language they are: `instruction_en`, `en_question`, `Answer (DE)`."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from core.formats.column_names import count_known
from core.formats.printed_python import decoded

_NAMES = frozenset(
    word
    for line in (
        "aa ab af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cv cy da de dv dz ee el en eo",
        "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja",
        "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na",
        "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn",
        "so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh",
        "zu",  # so far ISO 639-1
        "eng deu ger fra fre spa ita por rus zho chi cmn jpn kor ara hin vie tur pol nld ind tha cn jp vn",
        "english german french spanish italian portuguese russian chinese japanese korean arabic hindi vietnamese",
        "turkish polish dutch indonesian thai deutsch français francais español espanol italiano português portugues",
        "русский 中文 英文 日文 韩文 英語 日本語 한국어 영어 original orig translated translation",
    )
    for word in line.split()
)
_REGION = r"(?:[-_ ][A-Za-z]{2,4})?"
_AFTER = re.compile(rf"(?P<base>.+?)(?:[ _.:/-]+|[ _]*[(\[])(?P<language>[^\W\d_]{{2,12}}){_REGION}[)\]]?")
_BEFORE = re.compile(rf"(?P<language>[^\W\d_]{{2,12}}){_REGION}[ _.:/-]+(?P<base>.+)")
_WORDS = frozenset(("id", "no", "is", "or", "original", "orig", "translated", "translation"))  # no language if alone
_TRANSLATION = "translation"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def language_in(column: str) -> tuple[str, str]:
    """The name of a column without its language, and the language; "" where it names none."""
    name = _CAMEL.sub("_", unicodedata.normalize("NFKC", column).strip())
    for form in (_AFTER, _BEFORE):
        found = form.fullmatch(name)
        if found and found["language"].lower() in _NAMES:
            return found["base"], name[found.start("language") : found.end("language")].lower()
    return column, ""


def apart_by_language(fields: dict[str, Any]) -> dict[str, Any]:
    """Parts of a row that are objects of texts by language, as columns: `{"output": {"en": …, "de": …}}`."""
    held = [
        name for name, cell in fields.items() if type(cell) is dict and is_by_language(cell) and count_known([name])
    ]
    if not held:
        return fields
    spread = {f"{name}_{language}": text for name in held for language, text in fields[name].items()}
    return {**{name: cell for name, cell in fields.items() if name not in held}, **spread}


def has_translation(names: tuple[str, ...]) -> bool:
    """Whether there is a column of translations."""
    return _TRANSLATION in names


def apart_by_translation(fields: dict[str, Any]) -> dict[str, Any]:
    """An object of a text by language, also as text, as columns; as they are where the column holds something else."""
    cell = fields[_TRANSLATION]
    texts = decoded(cell) if isinstance(cell, str) else cell
    if not isinstance(texts, dict) or not is_by_language(texts):
        return fields
    spread = {f"{_TRANSLATION}_{language}": text for language, text in texts.items()}
    return {**{name: cell for name, cell in fields.items() if name != _TRANSLATION}, **spread}


def is_by_language(cell: dict[Any, Any]) -> bool:
    """Whether an object has languages as its keys, and nothing else."""
    return len(cell) > 1 and all(isinstance(name, str) and name.lower() in _NAMES for name in cell)


def translated(columns: Iterable[str]) -> tuple[str, str] | None:
    """The two columns that are one text in two languages: `en` and `de`, `translation_en` and `translation_de`."""
    found: dict[str, list[str]] = {}
    for column in columns:
        name = column.lower()
        base, language = ("", name) if name in _NAMES - _WORDS else language_in(column)
        if language:
            found.setdefault(base, []).append(column)
    pairs = [each for each in found.values() if len(each) == 2]
    return (pairs[0][0], pairs[0][1]) if len(pairs) == 1 else None


def by_language(columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """For each language the columns that are in it, by their names without it."""
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        base, language = language_in(column)
        if language:
            found.setdefault(language, {}).setdefault(base, column)
    return found
