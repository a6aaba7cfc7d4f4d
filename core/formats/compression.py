"""Decompressed bytes of .gz, .bz2 and .zst files, as a stream that gives all that is readable of a damaged one."""

import bz2
import io
import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

_PIECE = 64 * 1024
_OUTPUT = 1024 * 1024  # at most this much at a time, however well it is compressed
_ZSTD_PIECE = 2 * 1024  # a block of 4 bytes may stand for 128 KiB: small pieces bound what one of them can become
_MOST_FOLD, _UNWATCHED = 500, 2 << 30  # text packs 20-fold, the same line again and again some 100-fold
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2"}


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether so many bytes come of so few that they were made to fill memory or disk."""
    return unpacked > _UNWATCHED and unpacked > _MOST_FOLD * packed


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class Decompressed(io.RawIOBase):
    """The decompressed side of a binary file.

    What can be read before a fault is read; then the stream ends, and `damage` says what is wrong.
    """

    def __init__(self, packed: io.RawIOBase, kind: str) -> None:
        """`kind` is one of those in `MAGIC`."""
        self._packed = packed
        self._kind = kind
        self._piece = _ZSTD_PIECE if kind == "zstd" else _PIECE
        self._start: Callable[[], _Decompressor] = _START[kind]
        self._member: _Decompressor | None = self._start()
        self._fed = False  # whether the present member has had any bytes
        self._finished_one = False
        self._ready = memoryview(b"")
        self._left = b""
        self._taken = self._given = 0
        self.damage = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed's own buffer type is private
        while not self._ready and self._advance():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._packed.close()
        super().close()

    def _advance(self) -> bool:
        """Make some output ready if there is any; False at the end of the file or of what is readable."""
        if self._member is None:
            return False
        hungry = getattr(self._member, "needs_input", True)  # bzip2 keeps what it could not yet make output of
        piece = (self._left or self._read()) if hungry else b""
        self._left = b"" if hungry else self._left
        try:
            self._ready = memoryview(self._unpack(piece)) if piece or self._fed else memoryview(b"")
        except (zlib.error, zstandard.ZstdError, OSError):
            trailing = self._finished_one and not self._fed
            self.damage = (
                f"Unexpected data follow the {self._kind} data." if trailing else f"The {self._kind} data are damaged."
            )
            self._member = None
            return False
        self._given += len(self._ready)
        if is_bomb(self._taken, self._given):
            self.damage = f"The {self._kind} data unpack to more than {_MOST_FOLD} times their size."
            self._member, self._ready = None, memoryview(b"")
            return False
        if piece or self._ready or not hungry:
            return True
        if self._fed or not self._finished_one:
            self.damage = f"The {self._kind} file is truncated."
        self._member = None
        return False

    def _read(self) -> bytes:
        piece = self._packed.read(self._piece) or b""
        self._taken += len(piece)
        return piece

    def _unpack(self, piece: bytes) -> bytes:
        member = self._member
        assert member is not None
        if self._kind == "gzip":
            made = member.decompress(piece, _OUTPUT)  # type: ignore[attr-defined]
            self._left = member.unconsumed_tail  # type: ignore[attr-defined]
        elif self._kind == "bzip2":
            made = member.decompress(piece, _OUTPUT)  # type: ignore[attr-defined]
        else:
            made = member.decompress(piece)  # type: ignore[attr-defined]
        self._fed = True
        if member.eof:
            self._left = member.unused_data
            self._member, self._fed, self._finished_one = self._start(), False, True
            if self._kind == "gzip":
                self._left = self._left.lstrip(b"\0")  # padding after the last member is allowed
        return bytes(made)


def _gunzip() -> _Decompressor:
    return zlib.decompressobj(wbits=31)


def _unzstd() -> _Decompressor:
    return zstandard.ZstdDecompressor().decompressobj()


_START: dict[str, Callable[[], _Decompressor]] = {"gzip": _gunzip, "zstd": _unzstd, "bzip2": bz2.BZ2Decompressor}
