"""Opening a file: is it there, what is it really, and its content as one stream of bytes."""

import codecs
import io
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from core.errors import InputError
from core.formats.archive import ZIP_MAGIC, ArchivedFile, is_workbook, member_of, members_of, place_in
from core.formats.charset import CONTROLS, found_encoding, wide_encoding
from core.formats.compression import MAGIC, Decompressed
from core.formats.delimiter import looks_like_table
from core.formats.encoding import TranscodedStream, marked_encoding
from core.formats.format import Format, suffix_of, what_can_be_loaded
from core.formats.loose_json import PlainJsonStream, loose_in, plain_json
from core.formats.rejection import excerpt
from core.formats.yaml_stream import NAMES as YAML_NAMES
from core.formats.yaml_stream import YamlAsJson, is_yaml

HEAD_BYTES = 256 * 1024
_SEARCHED, _SEARCHED_PACKED = 1024**3, 64 * 1024**2  # bytes of text searched for what tells its encoding
_FOREIGN = {
    ZIP_MAGIC: "a ZIP archive without a data file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"\xfd7zXZ\x00": "an xz file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"SQLite format 3\x00": "an SQLite database",
    b"%PDF-": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x7fELF": "a program",
    b"FEA1": "an old Feather file (version 1)",
    b"GGUF": "a language model",
    b"\x80\x04": "a Python pickle",
    b"version https://git-lfs": "a Git LFS pointer, not the data",
}

_MENDS = {b"version https://git-lfs": "Fetch the data: git lfs pull."}


@dataclass
class Source:
    """An open file.

    Attributes:
        path: where it is; `answers.zip/rows.csv` for a file in an archive.
        shown: the name that the user knows it by.
        size: of the file on disk, or of the unpacked file in an archive, in bytes.
        packed: gzip, zstd, bzip2, zip for a file in an archive, or "".
        encoding: of the text in it, as `core.formats.charset` names it; "" where it is of a binary format.
        head: the first bytes of the content, decompressed, as UTF-8 where it is text.
        stream: the whole content from its start, decompressed, as UTF-8 where it is text.
        notes: what was passed over in it, in sentences; a format adds to them.
        list_name: of the list whose rows are wanted, where an object holds several; "" for the first.
    """

    path: Path
    shown: str
    size: int
    packed: str
    encoding: str
    head: bytes
    stream: io.BufferedReader
    _file: io.RawIOBase
    _unpacking: Sequence[Decompressed | ArchivedFile | YamlAsJson]
    notes: list[str] = field(default_factory=list)
    list_name: str = ""

    @property
    def bytes_read(self) -> int:
        """How far the file on disk has been read."""
        return self.size if self._file.closed else self._file.tell()

    @property
    def damage(self) -> str:
        """What is wrong with a compressed file, as far as it has been read; "" when nothing is."""
        return _damage(self._unpacking)

    @property
    def mend(self) -> str:
        """What to do where it is damaged."""
        found = next((each for each in self._unpacking if each.damage), None)
        return "Mend the YAML there." if isinstance(found, YamlAsJson) else "Download the file again."

    def close(self) -> None:
        self.stream.close()


def open_source(path: Path, shown: str, formats: Sequence[Format], encoding: str = "") -> Source:
    """Open a file of any of these formats.

    Args:
        encoding: of its text, as `core.formats.charset.known_encoding` gives it; "" to find it out.

    Raises:
        InputError: there is no such file, it can't be read, it is empty, or it is neither text nor of a binary format.
    """
    size, changed = _checked(path, shown)
    packed = _packing(path, shown)
    probe, unpacking, _ = _opened(path, packed)
    with probe:
        head = _read_up_to(probe, HEAD_BYTES)
    if not head:
        what = _damage(unpacking) or "The file is empty."
        raise InputError(what, where=shown, mend="Choose another file, or download it again.")
    mark = marks = 0
    foreign = head.startswith(ZIP_MAGIC) and not is_workbook(head)
    if foreign and path.exists():
        members_of(path, shown)  # which says what is wrong with a damaged one
    if not foreign and any(each.magic and head.startswith(each.magic) for each in formats):
        encoding = ""
    else:
        _refuse_foreign(head, shown, what_can_be_loaded(formats))
        marked, mark = marked_encoding(head)
        if encoding and encoding != marked and encoding not in ("utf-16", "utf-32"):
            mark = 0
        else:
            encoding = marked or encoding or wide_encoding(head)
        if not encoding:
            _refuse_binary(head, shown, what_can_be_loaded(formats))
            encoding = _found_encoding(path, packed, size, changed)
        head = head[mark:] if encoding == "utf-8" else head[mark:].decode(encoding, errors="ignore").encode()
        marks = len(head) - len(head := _without_marks(head))
        _refuse_binary(head, shown, what_can_be_loaded(formats))
    stream, unpacking, file = _opened(path, packed)
    stream.read(mark)
    if encoding not in ("", "utf-8"):
        stream = io.BufferedReader(TranscodedStream(stream, encoding), HEAD_BYTES)
    stream.read(marks)
    source = Source(path, shown, size, packed, encoding, head, stream, file, unpacking)
    if encoding and suffix_of(shown) in YAML_NAMES and is_yaml(head):
        return _of_yaml(source)
    if encoding and (told := loose_in(head)):
        source.head = plain_json(head)
        source.stream = io.BufferedReader(PlainJsonStream(stream, source.notes))
        source.notes += told
    return source


def _of_yaml(source: Source) -> Source:
    """The file with its content as JSON.

    Raises:
        InputError: not even its beginning is YAML.
    """
    told = YamlAsJson(source.stream)
    source.head = told.head(HEAD_BYTES)
    if not source.head.strip():
        raise InputError(
            told.damage or "The YAML has no values.", where=source.shown, mend="Mend it, or save it as JSON."
        )
    source.stream = io.BufferedReader(told, HEAD_BYTES)
    source._unpacking = (*source._unpacking, told)
    return source


@lru_cache(maxsize=256)
def _found_encoding(path: Path, packed: str, _size: int, _changed: int) -> str:
    """The encoding of a text as it was when it had this size and time; a page asks for it again and again."""
    stream, _, _ = _opened(path, packed)
    with stream:
        return found_encoding(stream, _SEARCHED_PACKED if packed else _SEARCHED)


def size_of(path: Path, shown: str) -> int:
    """The bytes of a file that may be opened, as `Source.size` has them.

    Raises:
        InputError: it can't be reached.
    """
    return _checked(path, shown)[0]


def _damage(unpacking: Sequence[Decompressed | ArchivedFile | YamlAsJson]) -> str:
    return next((each.damage for each in unpacking if each.damage), "")


def _checked(path: Path, shown: str) -> tuple[int, int]:
    """Size, and time of the last change in nanoseconds."""
    with suppress(OSError, ValueError):
        if not path.exists() and (place := place_in(path)):
            return member_of(place, shown).file_size, place.archive.stat().st_mtime_ns
    try:
        about = path.stat()
    except FileNotFoundError as error:
        raise InputError("File not found.", where=shown, mend="Check the path.") from error
    except OSError as error:
        raise InputError(
            f"The file cannot be reached: {error.strerror}.", where=shown, mend="Check the path."
        ) from error
    except ValueError as error:
        raise InputError("The path contains a NUL character.", where=excerpt(shown), mend="Check the path.") from error
    if stat.S_ISDIR(about.st_mode):
        raise InputError("This is a folder.", where=shown, mend="Give the files in it.")
    if not stat.S_ISREG(about.st_mode):
        raise InputError("This is not a regular file.", where=shown, mend="Copy its content to a file.")
    return about.st_size, about.st_mtime_ns


def _packing(path: Path, shown: str) -> str:
    try:
        with _raw(path) as file:
            start = file.read(4) or b""
            inside = isinstance(file, ArchivedFile)
    except PermissionError as error:
        raise InputError("No permission to read this file.", where=shown, mend="Change its permissions.") from error
    except OSError as error:
        raise InputError(
            f"The file cannot be read: {error.strerror}.", where=shown, mend="Copy it to another place."
        ) from error
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "zip" if inside else "")


def _raw(path: Path) -> io.FileIO | ArchivedFile:
    place = None if path.exists() else place_in(path)
    return ArchivedFile(place) if place else io.FileIO(path, "rb")


def _opened(path: Path, packed: str) -> tuple[io.BufferedReader, Sequence[Decompressed | ArchivedFile], io.RawIOBase]:
    file = _raw(path)
    layers: list[Decompressed | ArchivedFile] = [file] if isinstance(file, ArchivedFile) else []
    stream: io.RawIOBase = file
    if packed in MAGIC.values():
        stream = Decompressed(file, packed)
        layers.append(stream)
    return io.BufferedReader(stream, HEAD_BYTES), layers, file


def _read_up_to(stream: io.BufferedReader, count: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < count and (piece := stream.read(count - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _without_marks(head: bytes) -> bytes:
    """The beginning of a text without more byte order marks: some writers put one before that of another."""
    while head.startswith(codecs.BOM_UTF8):
        head = head.removeprefix(codecs.BOM_UTF8)
    return head


def _refuse_foreign(head: bytes, shown: str, mend: str) -> None:
    if head[257:262] == b"ustar":
        raise InputError("This is a tar archive.", where=shown, mend="Unpack it, and load the files.")
    for start, name in _FOREIGN.items():
        if head.startswith(start):
            raise InputError(f"This is {name}.", where=shown, mend=_MENDS.get(start, mend))
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise InputError(
            "This is a web page, not data.",
            where=shown,
            mend="Download the file itself (on the hub: the “raw” link).",
        )


def _refuse_binary(head: bytes, shown: str, mend: str) -> None:
    if not head.strip():
        raise InputError("The file contains only white space.", where=shown, mend="Choose another file.")
    controls = len(head) - len(head.translate(None, CONTROLS))
    looks_like_json = head.lstrip()[:1] in (b"{", b"[")
    if controls > len(head) * (0.3 if looks_like_json else 0.05) and not looks_like_table(head):
        raise InputError("This is a binary file, not text.", where=shown, mend=mend)
