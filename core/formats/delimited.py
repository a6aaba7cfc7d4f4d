"""CSV and TSV: quoted cells may hold line ends; a row that does not fit its header is refused, not bent."""

import csv
import io
from collections.abc import Iterator, Sequence

from core.errors import InputError
from core.formats.encoding import first_surrogate, told_surrogate
from core.formats.names import count_known
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt

DELIMITERS = (",", "\t", ";", "|")
_MISSING = ("nan", "NaN")  # what pandas writes for a missing value; with a blank beside it, it is text


def read_delimited(stream: io.BufferedReader, file: str, head: bytes, preferred: str) -> Iterator[Record | Rejection]:
    """Every row after the header as a record of texts, or the reason why it is none; blank rows are passed over.

    Args:
        stream: the whole file.
        file: its name for rejections.
        head: its first bytes, which show the delimiter.
        preferred: the delimiter that the file's name suggests.

    Raises:
        InputError: the header can't be read.
    """
    csv.field_size_limit(MAX_ROW_BYTES)
    with io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="") as text:
        lines = _Lines(text)
        rows = csv.reader(lines, delimiter=delimiter_of(head, preferred), strict=True)
        header = _header(rows, file)
        number = 0
        while True:
            begin = lines.count + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except _LineTooLongError as error:
                number += 1
                yield _told_long(error, file, number)
                continue
            except csv.Error as error:
                number += 1
                yield _told(str(error), lines, begin, file, number)
                if "field limit" in str(error):
                    return
                continue
            if not cells:
                continue
            number += 1
            yield _as_record(header, cells, file, number, begin)


def delimiter_of(head: bytes, preferred: str) -> str:
    """The delimiter under which the header has most known columns, then most columns, then `preferred`."""
    first_lines = io.StringIO(head.decode(errors="replace"), newline="")

    def worth(delimiter: str) -> tuple[int, int, bool]:
        first_lines.seek(0)
        try:
            header = next(csv.reader(first_lines, delimiter=delimiter), [])
        except csv.Error:
            return (0, 0, False)
        return count_known(header), len(header), delimiter == preferred

    return max(DELIMITERS, key=worth)


def _header(rows: Iterator[list[str]], file: str) -> list[str]:
    try:
        names = next(row for row in rows if row)
    except (StopIteration, csv.Error, _LineTooLongError) as error:
        raise InputError(
            "The first line, which should name the columns, can't be read.",
            where=file,
            mend="Begin the file with a line such as instruction,input,output.",
        ) from error
    header: list[str] = []
    for place, name in enumerate(names, 1):
        plain = name.strip() if first_surrogate(name) < 0 else name.encode(errors="surrogateescape").decode("latin-1")
        wish = free = plain or f"column {place}"
        again = 2
        while free in header:
            free, again = f"{wish} ({again})", again + 1
        header.append(free)
    return header


def _as_record(header: Sequence[str], cells: list[str], file: str, number: int, line: int) -> Record | Rejection:
    if len(cells) != len(header):
        return Rejection(
            file,
            number,
            f"The row (line {line:,}) has {len(cells)} cells; the header has {len(header)}.",
            "Put quotes around cells that hold the delimiter, and double the quotes inside them.",
            excerpt(" | ".join(cells)),
        )
    for column, cell in zip(header, cells, strict=True):
        if not cell.isascii() and first_surrogate(cell) >= 0:
            return Rejection(file, number, *told_surrogate(cell, column), excerpt(cell, first_surrogate(cell)))
    values = [None if cell in _MISSING else cell for cell in cells]
    return Record(number, dict(zip(header, values, strict=True)))


class _LineTooLongError(Exception):
    """A physical line over the limit; it was passed over."""

    def __init__(self, characters: int, start: str) -> None:
        super().__init__(characters)
        self.characters, self.start = characters, start


class _Lines:
    """The physical lines of a text, none of them longer than the limit."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.count = 0
        self.last = ""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_BYTES)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) < MAX_ROW_BYTES or line.endswith(("\n", "\r")):
            self.last = line
            return line
        size = len(line)
        while (piece := self._text.readline(MAX_ROW_BYTES)) and not piece.endswith(("\n", "\r")):
            size += len(piece)
        raise _LineTooLongError(size + len(piece), line[:1000])


def _told_long(error: _LineTooLongError, file: str, number: int) -> Rejection:
    return Rejection(
        file,
        number,
        f"A line has {error.characters:,} characters; at most {MAX_ROW_BYTES:,} are read.",
        "Split the row, or check that this is a CSV file.",
        excerpt(error.start),
    )


def _told(error: str, lines: _Lines, begin: int, file: str, number: int) -> Rejection:
    if "unexpected end" in error or "field limit" in error:
        return Rejection(
            file,
            number,
            f"A quote opened in line {begin:,} is never closed, so everything from there to line {lines.count:,} "
            "was left out.",
            "Close the quote, and double the quotes inside quoted cells.",
            excerpt(lines.last),
        )
    return Rejection(
        file,
        number,
        f"The quotes in line {lines.count:,} don't match: {error}.",
        'Double the quotes inside quoted cells: "He said ""yes""."',
        excerpt(lines.last),
    )
