"""The ending of a file's name says what is in it: a layout, and how it is packed."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from core.errors import InputError
from core.export.layouts import Layout

_PACKED = (".gz", ".zst")
_KINDS = {".jsonl": Layout.ALPACA, ".json": Layout.ALPACA, ".csv": Layout.CSV, ".parquet": Layout.PARQUET}
_MEND = "Use the ending .jsonl, .json or .csv (each also with .gz or .zst), or .parquet; for a folder, end it in /."


def layout_and_ending(file: Path, layout: str = "") -> tuple[str, str]:
    """The layout of a file that the user names, and its ending as `ExportOptions` has it.

    Args:
        layout: that was asked for; "" for the one that the ending says.

    Raises:
        InputError: the ending says nothing, or something else than the layout.
    """
    suffixes = [suffix.lower() for suffix in file.suffixes]
    packed = suffixes.pop() if suffixes and suffixes[-1] in _PACKED else ""
    kind = suffixes[-1] if suffixes else ""
    usual = _KINDS.get(kind)
    if usual is None or (packed and usual is Layout.PARQUET):
        raise InputError("The file format is not clear from the file name.", where=str(file), mend=_MEND)
    if layout in set(Layout) and Layout(layout).suffix != usual.suffix:
        raise InputError(
            f"The layout {layout} is not written to a {kind} file.",
            where=str(file),
            mend=f"Use the ending {Layout(layout).suffix}, or another layout.",
        )
    ending = f"{kind}{packed}"
    return layout or str(usual), "" if ending == usual.suffix else ending


@contextmanager
def packed_stream(stream: IO[bytes], ending: str) -> Iterator[IO[bytes]]:
    """The stream to write to so that the file is packed as its ending says; the same bytes in give the same out."""
    if ending.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif ending.endswith(".zst"):
        with zstandard.ZstdCompressor().stream_writer(stream, closefd=False) as packed_by_zstd:
            yield cast(Any, packed_by_zstd)
    else:
        yield stream
