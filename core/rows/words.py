"""The words of a text, in any script.

Words are runs of letters with the marks that belong to them. Scripts that put no spaces between words are cut by ICU,
which knows their words from dictionaries. The same text in Unicode form NFC or NFD has the same words.
"""

import unicodedata
from collections.abc import Sequence

import regex

RULE = 2  # in the key of scores: another rule, or an ICU that cuts otherwise, is another number
_LETTER, _MARK = r"\p{L}\p{Nl}\p{No}", r"\p{M}\u200c\u200d"  # joiners, as marks, stand within words
_RUN = rf"[{_LETTER}][{_LETTER}{_MARK}]*"
_WORD = regex.compile(rf"{_RUN}(?:['’]{_RUN})*")
_TERM = regex.compile(rf"[{_LETTER}\p{{Nd}}\p{{Pc}}][{_LETTER}\p{{Nd}}\p{{Pc}}{_MARK}]*")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


def words(text: str) -> list[str]:
    """Lower-case words: runs of letters of any script, inner apostrophes kept, digits and signs left out."""
    return _cut(_WORD.findall(_composed(text).lower()))


def terms(text: str) -> list[str]:
    """Words and numbers without regard to case, cut at apostrophes: by them two texts are compared."""
    return _cut(_TERM.findall(_composed(text).casefold()))


def word_count(text: str) -> int:
    """Number of words as white space divides them; what has no spaces within counts as many as ICU finds."""
    pieces = text.split()
    if not is_unspaced(text):
        return len(pieces)
    return sum(max(1, len(terms(piece))) if is_unspaced(piece) else 1 for piece in pieces)


def is_unspaced(text: str) -> bool:
    """Whether a script occurs that puts no spaces between words and that ICU can cut: see `docs/indicators.md`."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _cut(runs: list[str]) -> list[str]:
    """The same runs, those of scripts without spaces cut into words."""
    unspaced = [run for run in runs if is_unspaced(run)]
    if not unspaced:
        return runs
    found = iter(_segments(unspaced))
    return [word for run in runs for word in (next(found) if is_unspaced(run) else (run,))]


def _segments(runs: Sequence[str]) -> list[list[str]]:
    """The words of each run, by one call for all: to begin with a text costs ICU as much as a dozen words."""
    from icu4py.breakers import WordBreaker  # 40 MB of dictionaries, which most data never need

    by_run = "\0".join(WordBreaker("\n".join(runs), "en")).split("\n")
    return [[word for word in each.split("\0") if word.strip("'’")] for each in by_run]
