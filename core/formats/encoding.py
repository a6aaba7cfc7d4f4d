"""Text in another encoding as UTF-8, the mark that names one, and what to say of bytes that do not belong to it.

Invalid bytes are carried through decoding as lone surrogates U+DC80 to U+DCFF (Python's `surrogateescape`, PEP 383), so
that only the row that has them is refused and the sentence can name the byte; half a surrogate pair stays what it is.
"""

import codecs
import io
import re
from contextlib import suppress

_MARKS = (  # longest first: UTF-32's mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_INVALID = "\udfff"
_PIECE = 256 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


CARRIED = "studio.carried"  # the name of the error handler below, for `decode` and `TextIOWrapper`


def _carried(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands in the text for what is invalid; outside UTF-8 it is U+DFFF where it is no half of a pair."""
    assert isinstance(error, UnicodeDecodeError)
    with suppress(UnicodeDecodeError):
        return codecs.lookup_error("surrogatepass")(error)
    if error.encoding == "utf-8":
        return codecs.lookup_error("surrogateescape")(error)
    return _INVALID, error.end


codecs.register_error(CARRIED, _carried)


def marked_encoding(head: bytes) -> tuple[str, int]:
    """The encoding that the mark at a file's start names, and the mark's bytes; "" and 0 where there is none."""
    return next(((encoding, len(mark)) for mark, encoding in _MARKS if head.startswith(mark)), ("", 0))


class TranscodedStream(io.RawIOBase):
    """A binary stream in another encoding, read as UTF-8; what is invalid in it stays so, and its row is refused."""

    def __init__(self, source: io.RawIOBase | io.BufferedIOBase, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=CARRIED)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed's own buffer type is private
        while not self._ready:
            piece = self._source.read(_PIECE) or b""
            text = self._decoder.decode(piece, final=not piece)
            self._ready = memoryview(text.encode(errors="surrogatepass"))
            if not piece:
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


def first_surrogate(text: str) -> int:
    """The position of the first lone surrogate in `text`, -1 where there is none."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return -1


def surrogate_error(text: str, column: str, *, written: bool = False) -> tuple[str, str]:
    """Reason and mend for a text with a lone surrogate: an invalid byte or, if `written`, half a pair as an escape."""
    at = first_surrogate(text)
    code = ord(text[at])
    if text[at] == _INVALID and not written:
        return (
            f"The column “{column}” has bytes at character {at + 1} that are invalid in the file's encoding.",
            "Choose another encoding, or mend this row.",
        )
    if written or not 0xDC80 <= code <= 0xDCFF:
        return (
            f"The column “{column}” has half a surrogate pair (\\u{code:04x}) at character {at + 1}.",
            "A text was probably cut inside an emoji: write the whole character, or remove it.",
        )
    byte, encoding, meant = _guess(text, at)
    looks = f"; in {encoding} it is “{meant}”" if meant else ""
    return (
        f"The column “{column}” has the byte 0x{byte:02X} at character {at + 1}, which is not UTF-8{looks}.",
        "Save the file as UTF-8, or convert this row.",
    )


def _guess(text: str, at: int) -> tuple[int, str, str]:
    """The byte, the encoding that it probably comes from, and the character that it is there."""
    byte = ord(text[at]) - 0xDC00
    escaped = bytes(ord(c) - 0xDC00 for c in _SURROGATE.findall(text) if 0xDC80 <= ord(c) <= 0xDCFF)
    for encoding, shown in (("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            escaped.decode(encoding)
        except UnicodeDecodeError:
            continue
        meant = bytes([byte]).decode(encoding)
        return byte, shown, meant if meant.isprintable() else ""
    return byte, "", ""
