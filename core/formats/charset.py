"""Which encoding a text without a mark has: UTF-8 where it can be, else what its words look like in each of the others.

chardet judges the cells that are not ASCII. A whole line would mislead it: English beside two Chinese characters looks
Western. What it finds must read like text, else the lines are judged after all, and then the file counts as UTF-8.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import chardet

from core.errors import InputError

ENCODINGS = {  # those that can be chosen, and what people call them
    "utf-8": "UTF-8",
    "gb18030": "GB18030 (simplified Chinese)",
    "big5hkscs": "Big5 (traditional Chinese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp874": "Windows-874 (Thai)",
    "koi8-r": "KOI8-R (Russian)",
    "koi8-u": "KOI8-U (Ukrainian)",
    "cp866": "IBM 866 (Cyrillic)",
    "iso8859-2": "ISO 8859-2 (Central European)",
    "iso8859-5": "ISO 8859-5 (Cyrillic)",
    "mac-roman": "Mac Roman (Western European)",
    "cp850": "IBM 850 (Western European)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
}
CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13})
_MANY_BYTES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_WIDE = ("utf-16-le", "utf-16-be")
_RARE = ("cp850", "mac-roman")  # judged where no other fits: they would take English with one odd sign
_TOLD = ("utf-8", "iso2022_jp", *_RARE, *_WIDE)  # by other means
_JUDGED = [name.replace("_", "-") for name in ENCODINGS if name not in _TOLD]
_PIECE = 1024 * 1024
_ENOUGH = 64 * 1024  # bytes of cells that are not ASCII
_FEW = 6  # bytes that are not ASCII: too few for their cells alone to tell Western from Central European
_LINE = 400  # bytes of a line that are judged
_UTF8_SHARE = 0.5  # of the cells: with fewer, UTF-8 is likelier an accident, as it is for some short Chinese words
_CELL_END = re.compile(rb'[\n",]')  # no byte of a character in any of these encodings
_LATIN, _OTHER = "A-Za-zÀ-ÖØ-öø-ɏ", "\u0370-\u06ff"
_SIGNS = "¡-©«¬®-¶¸¹»-¿×÷‚„†-‡ˆ‰‹›•™˜"
_WIDE_SIGN = "[\u3400-\u9fff\uac00-\ud7a3]"
_TORN = re.compile(  # a word of two alphabets, or one with a sign in it
    f"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]|[{_LATIN}{_OTHER}][{_SIGNS}][{_LATIN}{_OTHER}]"
    f"|[A-Za-z]{{2}}{_WIDE_SIGN}[a-z]|[A-Za-z]{_WIDE_SIGN}[a-z]{{2}}"
)
_ESCAPED_JAPANESE = (b"\x1b$B", b"\x1b$@")  # ISO-2022-JP is ASCII with these
_ONE_BYTE_TEXT = re.compile(rb"[A-Za-z_]{8,}")
_NO_SIGNS = frozenset(map(chr, [0xFFFD, *range(0x2500, 0x25A0)]))  # what can't be decoded, and KOI8's lines and blocks
_NO_TEXT = ("Cc", "Cn", "Co", "Cs")
_KANA = 0.4  # of the characters beyond ASCII
_MOSTLY = 0.9  # of the cells
_TORN_SHARE = 0.05  # of the characters beyond ASCII


def title_of(encoding: str) -> str:
    """What people call an encoding; "" where the file is no text."""
    return ENCODINGS.get(encoding, encoding.upper())


def known_encoding(name: str) -> str:
    """The usual name of an encoding, whatever its spelling; "" stays so, and is found out.

    Raises:
        InputError: there is no such encoding of text.
    """
    if not name:
        return ""
    try:
        found = codecs.lookup(name.strip())
        "a".encode(found.name)
        b"a".decode(found.name, "ignore")
    except (LookupError, UnicodeError, ValueError) as error:
        raise InputError(
            f"Unknown encoding: {name[:40]}.", mend=f"Choose from {', '.join(ENCODINGS)}, or another that Python has."
        ) from error
    same = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs", "shift_jis": "cp932",
            "euc_kr": "cp949", "iso8859-1": "cp1252", "utf-8-sig": "utf-8"}  # fmt: skip
    return same.get(found.name, found.name)


def wide_encoding(head: bytes) -> str:
    """UTF-16 without a mark, of any script; "" where the bytes are none."""
    if b"\0" not in head or sum(map(len, _ONE_BYTE_TEXT.findall(head))) > len(head) / 20:
        return ""
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls < len(head) / 5 and _begins_as_utf8(head):
        return ""
    start = head[: len(head) // 2 * 2]
    for encoding in _WIDE:
        text = start.decode(encoding, errors="replace")
        usual = sum(text.count(sign) for sign in '\n",: ')
        if usual and usual >= len(text) / 1000 and _reads_like_text(text[:_PIECE]):
            return encoding
    return ""


def _begins_as_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class _Evidence:
    """What is not ASCII in a text: its cells, what stands around them, and how many of them are UTF-8."""

    cells: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    utf8: int = 0
    size: int = 0

    def take(self, text: bytes) -> None:
        for line in text.split(b"\n"):
            if line.isascii() or b"\0" in line:
                continue
            for cell in _CELL_END.split(line):
                if not cell.isascii():
                    self.cells.append(cell)
                    self.utf8 += _is_valid(cell, "utf-8", "surrogatepass")  # half a pair is refused with its row
                    self.size += len(cell)
            first = re.search(rb"[\x80-\xff]", line)
            start = max(0, (first.start() if first else 0) - _LINE // 2)
            self.lines.append(line[start : start + _LINE])


def _is_valid(cell: bytes, encoding: str, errors: str = "strict") -> bool:
    try:
        cell.decode(encoding, errors)
    except UnicodeDecodeError:
        return False
    return True


def found_encoding(stream: io.BufferedIOBase, most: int) -> str:
    """The encoding of a text without a mark, judged by the first cells of it that are not ASCII, wherever they stand.

    Args:
        stream: the text from its start.
        most: bytes to read at most.
    """
    evidence, rest = _Evidence(), b""
    while most > 0 and evidence.size < _ENOUGH and (piece := stream.read(min(_PIECE, most))):
        most -= len(piece)
        if any(each in piece for each in _ESCAPED_JAPANESE) and not evidence.cells and piece.isascii():
            return "iso2022_jp"
        if not rest and piece.isascii():
            continue
        text, end = rest + piece, max(piece.rfind(sign) for sign in (b"\n", b'"', b","))
        cut = len(rest) + end + 1 if end >= 0 else 0
        evidence.take(text[:cut])
        rest = text[cut:][-_PIECE:]
    evidence.take(rest)
    share = evidence.utf8 / len(evidence.cells) if evidence.cells else 1
    if share > _UTF8_SHARE:
        return "utf-8"
    found = _judged(evidence)
    return found if share < _UTF8_SHARE or found in _MANY_BYTES else "utf-8"  # in other encodings it is no accident


def _judged(evidence: _Evidence) -> str:
    for encoding in _MANY_BYTES:  # of which a few broken cells are not thought to be
        whole = [cell for cell in evidence.cells if _is_valid(cell, encoding)]
        some_broken = _MOSTLY * len(evidence.cells) < len(whole) < len(evidence.cells)
        if some_broken and _guesses(_joined(whole))[0] == encoding:
            return encoding
    cells, lines = _joined(evidence.cells), _joined(evidence.lines)
    for encoding in ("cp932", "euc_jp"):  # no text of another encoding looks like kana in these
        if _is_valid(cells, encoding) and _kana_share(cells.decode(encoding)) > _KANA:
            return encoding
    if _are_signs(cells):
        return "cp1252"
    order, by_lines = _guesses(cells), _guesses(lines)[:1]
    if sum(byte > 127 for byte in cells) < _FEW and by_lines == ["cp1252"] and order[0] not in _MANY_BYTES:
        order = by_lines
    found = next((each for each in (*order, *by_lines) if _fits(cells, each)), "")
    if not found:
        return next(
            (each for each in _guesses(cells, _RARE) if _fits(cells, each) and _are_letters(cells, each)), "utf-8"
        )
    western = found not in _MANY_BYTES and _is_valid(cells, "cp1252") and _is_valid(cells, found)
    return "cp1252" if western and cells.decode("cp1252") == cells.decode(found) else found


def _joined(pieces: list[bytes]) -> bytes:
    """As many whole pieces as are enough."""
    sizes = accumulate(map(len, pieces))
    return b"\n".join(piece for piece, size in zip(pieces, sizes, strict=True) if size - len(piece) < _ENOUGH)


def _kana_share(text: str) -> float:
    beyond = [sign for sign in text if sign > "\x7f"]
    return sum("\u3041" <= sign <= "\u30fe" for sign in beyond) / max(1, len(beyond))


def _are_signs(cells: bytes) -> bool:
    """Whether a few bytes, each alone, are signs in Windows-1252: a euro, a degree, a dash, but no letter."""
    beyond = re.findall(rb"[\x80-\xff]+", cells)
    if len(beyond) >= _FEW or any(len(each) > 1 for each in beyond):
        return False
    text = b"".join(beyond).decode("cp1252", errors="replace")
    return all(unicodedata.category(sign)[0] in "PSZ" and sign != "\ufffd" for sign in text)


def _are_letters(cells: bytes, encoding: str) -> bool:
    """Whether nearly all that is not ASCII are Latin letters in an encoding."""
    beyond = [sign for sign in cells.decode(encoding, errors="replace") if sign > "\x7f"]
    return sum("À" <= sign <= "ÿ" and sign not in "×÷" for sign in beyond) > _MOSTLY * len(beyond)


def _guesses(text: bytes, among: Sequence[str] = ()) -> list[str]:
    """The likeliest encodings, best first.

    Args:
        among: those that are asked for; all without any.
    """
    asked = list(among) or _JUDGED
    found = chardet.detect_all(text, ignore_threshold=True, include_encodings=asked, compat_names=False)
    names = [each["encoding"] for each in found if each["encoding"]] or ["cp1252"]
    return ["euc_jp" if each == "euc_jis_2004" else each for each in names]


def _fits(cells: bytes, encoding: str) -> bool:
    """Whether nearly all the cells are valid in an encoding, and read like text."""
    try:
        return _reads_like_text(cells.decode(encoding, errors="replace"))
    except LookupError:
        return False


def _reads_like_text(text: str) -> bool:
    beyond = [sign for sign in text if sign > "\x7f"]
    strange = sum(sign in _NO_SIGNS or unicodedata.category(sign) in _NO_TEXT for sign in beyond)
    return (strange + len(_TORN.findall(text))) <= _TORN_SHARE * len(beyond)
