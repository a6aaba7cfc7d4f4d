"""JSON as people and programs write it: comments, single quotes, names without quotes, Python's words and tuples.

It becomes JSON token by token: comments are passed over, line ends stay, so that rows keep their numbers, and what is
JSON already stays as it is.
"""

import io
import json
import re
from collections.abc import Callable

from core.formats.json_fault import MOST_COMMAS, without_comma
from core.formats.record import MAX_ROW_BYTES

_TOKEN = re.compile(
    rb'(?P<text>"(?:[^"\\\r\n]|\\.)*(?:"|(?=[\r\n])|\Z))'
    rb"|(?<![^\s,:{}\[\]()])(?P<single>'(?:[^'\\\r\n]|\\.)*')"
    rb"|(?P<line>//)|(?P<block>/\*)|(?P<tuple>[()])"
    rb"|(?<![\w$.\"'\x80-\xff])(?P<word>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)"
)
_WORDS = {b"None": b"null", b"undefined": b"null", b"True": b"true", b"False": b"false", b"nan": b"NaN",
          b"inf": b"Infinity"}  # fmt: skip
_COLON = re.compile(rb"\s*:")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)|\"")
_BEFORE = re.compile(rb'[\s,{}\[\]"\']')  # what a comment may follow; a broken text often goes on with an address
_BEFORE_BLOCK = re.compile(rb'[\s,{}\[\]"\':\w]')
_SPACE = b" \t\r\n"
_OPENS = (b"{", b"[")
_NEAR_END = 12  # a fault this near to the end of the beginning may only mean that it ends there
COMMENTS, OTHERS = "Comments in the JSON were passed over.", "Quotes and words that are not JSON's were read as JSON's."


def loose_in(head: bytes) -> list[str]:
    """What is loose in the text that begins so, in sentences; nothing where it is JSON, or no better without that."""
    if not head.lstrip(_SPACE).startswith((*_OPENS, b"/")):
        return []
    may_have_comments = b"//" in head or b"/*" in head
    read = _reads_to(head)
    if not may_have_comments and read == len(head):
        return []
    notes: list[str] = []
    stream = PlainJsonStream(io.BytesIO(head), notes)
    plain = io.BufferedReader(stream).read()
    if notes or plain == head or not plain.lstrip(_SPACE).startswith(_OPENS):
        return []
    if not stream.has_comments and not (read < len(head) and _reads_to(plain) == len(plain)):
        return []
    return ([COMMENTS] if stream.has_comments else []) + ([OTHERS] if stream.has_others else [])


def plain_json(text: bytes) -> bytes:
    """A text or its beginning as JSON."""
    return io.BufferedReader(PlainJsonStream(io.BytesIO(text), [])).read()


def _reads_to(head: bytes) -> int:
    """The place of the first fault in the first row or object; the end where there is none."""
    text = head.decode("latin-1")
    start = len(text) - len(text.lstrip().removeprefix("[").lstrip())
    for _ in range(MOST_COMMAS):
        try:
            json.JSONDecoder().raw_decode(text, start)
        except json.JSONDecodeError as error:
            if mended := without_comma(error):
                text = mended
                continue
            at_end = "Unterminated string" in error.msg or error.pos >= len(text) - _NEAR_END
            return len(text) if at_end else error.pos
        except (ValueError, RecursionError):
            pass
        break
    return len(text)


class PlainJsonStream(io.RawIOBase):
    """Gives a text as JSON; a line over the limit as it is.

    Attributes:
        has_comments, has_others: what was loose so far.
    """

    def __init__(self, stream: io.BufferedIOBase, notes: list[str]) -> None:
        """`notes` gets what is to be said of a comment without an end."""
        self._stream, self._notes = stream, notes
        self.has_comments = self.has_others = False
        self._ready = b""
        self._number = self._opened = 0  # of lines
        self._within = self._passes = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed's own buffer type is private
        while not self._ready:
            line = self._stream.readline(MAX_ROW_BYTES)
            if not line:
                if self._within:
                    told = f"The comment that begins in line {self._opened:,} has no end: nothing after it was read."
                    self._notes += [told] if told not in self._notes else []
                return 0
            self._number += 1
            whole = line.endswith(b"\n") or len(line) < MAX_ROW_BYTES
            self._ready = self._plain(line) if whole and not self._passes else line
            self._passes = not whole
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _plain(self, line: bytes) -> bytes:
        kept: list[bytes] = []
        at = begin = self._end(line, 0) if self._within else 0
        while found := _TOKEN.search(line, at):
            at, kind = found.end(), found.lastgroup or ""
            if kind in _COMMENT:
                if not _COMMENT[kind](line, found.start()):
                    continue
                self.has_comments, self._opened = True, self._number
                said = b""
                at = len(line.rstrip(b"\r\n")) if kind == "line" else self._end(line, at)
            else:
                said = _as_json(kind, found.group(), line, at)
                if said == found.group():
                    continue
                self.has_others = True
            kept += [line[begin : found.start()], said]
            begin = at
        return b"".join([*kept, line[begin:]]) if kept or begin else line

    def _end(self, line: bytes, at: int) -> int:
        """The place behind the end of a comment that goes on at `at`, or that of the line's end."""
        end = line.find(b"*/", at)
        self._within = end < 0
        return len(line.rstrip(b"\r\n")) if end < 0 else end + 2

    def close(self) -> None:
        self._stream.close()
        super().close()


def _may_follow(before: re.Pattern[bytes]) -> Callable[[bytes, int], bool]:
    return lambda line, at: at == 0 or before.match(line, at - 1) is not None


_COMMENT = {"line": _may_follow(_BEFORE), "block": _may_follow(_BEFORE_BLOCK)}


def _as_json(kind: str, token: bytes, line: bytes, end: int) -> bytes:
    """A token that is no comment, as JSON has it."""
    if kind == "tuple":
        return b"[" if token == b"(" else b"]"
    if kind == "word":
        return b'"%s"' % token if _COLON.match(line, end) else _WORDS.get(token, token)
    if kind == "single":
        return b'"%s"' % _ESCAPE.sub(_escaped, token[1:-1])
    return b'"%s"' % _ESCAPE.sub(_escaped, token[1:-1]) if b"\\" in token and token[-1:] == b'"' else token


def _escaped(found: re.Match[bytes]) -> bytes:
    """An escape of Python's or JavaScript's as JSON's, or a quote within single ones."""
    told = found[1] or b'"'
    if told[:1] == b"x" and len(told) == 3:
        return rb"\u00%s" % told[1:]
    if told[:1] == b"U" and len(told) == 9:
        code = int(told[1:], 16)
        return json.dumps(chr(code)).encode()[1:-1] if code <= 0x10FFFF else found[0]
    return {b"'": b"'", b"v": rb"\u000b", b"0": rb"\u0000", b'"': rb"\""}.get(told, found[0])
