"""JSON with comments, `// …` and `/* … */`: they are passed over, line ends stay, so that rows keep their numbers."""

import io
import re

from core.formats.record import MAX_ROW_BYTES

_TOKEN = re.compile(rb'"(?:[^"\\\r\n]|\\.)*(?:"|(?=[\r\n])|\Z)|//|/\*')
_BEFORE = re.compile(rb'[\s,{}\[\]"]')  # what a comment may follow; a broken text often goes on with an address
_BEFORE_BLOCK = re.compile(rb'[\s,{}\[\]":\w]')
_SPACE = b" \t\r\n"


def has_comments(head: bytes) -> bool:
    """Whether the text that begins so is JSON with comments."""
    if not head.lstrip(_SPACE).startswith((b"{", b"[", b"/")) or not (b"//" in head or b"/*" in head):
        return False
    notes: list[str] = []
    left = io.BufferedReader(CommentFreeStream(io.BytesIO(head), notes)).read()
    return left != head and not notes and left.lstrip(_SPACE).startswith((b"{", b"["))


def without_comments(head: bytes) -> bytes:
    """The beginning of a text without its comments."""
    return io.BufferedReader(CommentFreeStream(io.BytesIO(head), [])).read()


def _is_comment(line: bytes, token: re.Match[bytes]) -> bool:
    if token.group()[:1] == b'"':
        return False
    before = _BEFORE if token.group() == b"//" else _BEFORE_BLOCK
    return token.start() == 0 or before.match(line, token.start() - 1) is not None


class CommentFreeStream(io.RawIOBase):
    """Gives a text without its comments; a line over the limit as it is."""

    def __init__(self, stream: io.BufferedIOBase, notes: list[str]) -> None:
        """`notes` gets what is to be said of a comment without an end."""
        self._stream, self._notes = stream, notes
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
        kept, at, begin = b"", 0, 0
        if self._within:
            begin = at = self._end(line, 0)
        while found := _TOKEN.search(line, at):
            at = found.end()
            if not _is_comment(line, found):
                continue
            self._opened = self._number
            kept += line[begin : found.start()]
            begin = at = len(line.rstrip(b"\r\n")) if found.group() == b"//" else self._end(line, at)
        return kept + line[begin:]

    def _end(self, line: bytes, at: int) -> int:
        """The place behind the end of a comment that goes on at `at`, or that of the line's end."""
        end = line.find(b"*/", at)
        self._within = end < 0
        return len(line.rstrip(b"\r\n")) if end < 0 else end + 2

    def close(self) -> None:
        self._stream.close()
        super().close()
