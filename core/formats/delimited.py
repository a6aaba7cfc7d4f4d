"""CSV and TSV: quoted cells may hold line ends; a row that has more cells than its header is refused, not bent.

One that has fewer is kept, and told: writers leave out what is empty at the end.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from core.errors import InputError
from core.formats.delimiter import (
    delimiter_of,
    doubled,
    escapes_quotes,
    is_drawn,
    lacks_a_name,
    lines_above_header,
    looks_like_table,
    named_delimiter,
    quote_of,
    quotes_are_plain,
    spaces_begin_cells,
)
from core.formats.encoding import CARRIED, first_surrogate, surrogate_error
from core.formats.format import TABLE_NAMES, Format, suffix_of
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt, shown
from core.formats.source import Source
from core.formats.table_rows import TableRows
from core.humanize import counted

_TAB_NAMES = (".tsv", ".tab")
_PROBED = 20  # lines


def read_delimited(
    stream: io.BufferedReader, file: str, head: bytes, preferred: str, notes: list[str] | None = None
) -> Iterator[Record | Rejection]:
    """Every row after the header as a record of texts, or the reason why it is none; blank rows are passed over.

    Args:
        stream: the whole file.
        file: its name for rejections.
        head: its first bytes, which show the delimiter.
        preferred: the delimiter that the file's name suggests.
        notes: gets what is to be said of lines that were passed over.

    Raises:
        InputError: the header can't be read.
    """
    csv.field_size_limit(MAX_ROW_BYTES)
    with io.TextIOWrapper(stream, encoding="utf-8", errors=CARRIED, newline="") as text:
        lines = _Lines(text)
        delimiter = lines.take_named_delimiter() or delimiter_of(head, preferred)
        if not lines.count:
            above = lines_above_header(head, delimiter)
            lines.pass_over(above)
            if above and notes is not None:
                notes.append(f"Skipped above the names of the columns: {counted(above, 'line')}.")
        plain = delimiter == "\t" and quotes_are_plain(head, delimiter)
        lines.has_backslashes = not plain and escapes_quotes(head, delimiter)
        rows = csv.reader(
            lines,
            delimiter=delimiter,
            quotechar=quote_of(head, delimiter),
            quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
            skipinitialspace=spaces_begin_cells(head, delimiter),
            strict=True,
        )
        drawn = delimiter == "|" and is_drawn(head)
        names = _header(rows, file)
        names = ["", *names] if lacks_a_name(head, delimiter, lines.count - 1) else names
        table = TableRows(names, drawn, [] if notes is None else notes)
        if drawn:
            next(rows, None)
        number = 0
        while True:
            begin = lines.begin_row()
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
                if _are_rows(lines.row[1:], delimiter, len(table.header)):
                    yield _told_open(lines.row[0], begin, file, number)
                    lines.read_again()
                    continue
                yield _told(str(error), lines, begin, file, number)
                if "field limit" in str(error):
                    return
                continue
            if not any(cells) and (len(cells) != 1 or not table.header[1:]):
                continue
            row = table.cells(cells, number + 1, begin)
            if row is not None:
                number += 1
                yield _as_record(table.header, row, file, number, begin)


def _header(rows: Iterator[list[str]], file: str) -> list[str]:
    try:
        names = next(row for row in rows if any(cell.strip() for cell in row))
    except (StopIteration, csv.Error, _LineTooLongError) as error:
        raise InputError(
            "The header line cannot be read.",
            where=file,
            mend="Start the file with a header, for example: instruction,input,output.",
        ) from error
    return [_valid(name).strip("\ufeff").strip() for name in names]


def _valid(name: str) -> str:
    if first_surrogate(name) < 0:
        return name
    try:
        return name.encode(errors="surrogateescape").decode("latin-1")
    except UnicodeEncodeError:  # half a surrogate pair
        return shown(name)


def _are_rows(lines: Sequence[str], delimiter: str, columns: int) -> bool:
    """Whether lines that an open quote has swallowed are rows themselves, and not what stands in a quoted cell."""
    found = 0
    try:
        for cells in islice(csv.reader(lines[:_PROBED], delimiter=delimiter, strict=True), _PROBED):
            if cells and not 1 < len(cells) <= columns:
                return False
            found += len(cells) == columns
    except csv.Error:  # the fault that led here, or a cell that goes on after the lines looked at
        pass
    return found > 0 and columns > 1


def _as_record(header: Sequence[str], cells: list[str], file: str, number: int, line: int) -> Record | Rejection:
    if len(cells) > len(header) and not any(cells[len(header) :]):  # delimiters at the end of each row
        cells = cells[: len(header)]
    if len(cells) != len(header):
        return Rejection(
            file,
            number,
            f"The row (line {line:,}) has {len(cells)} cells; the header has {len(header)}.",
            "Quote cells that contain the delimiter, and double the quotes inside them.",
            excerpt(" | ".join(cells)),
        )
    for column, cell in zip(header, cells, strict=True):
        if not cell.isascii() and first_surrogate(cell) >= 0:
            return Rejection(file, number, *surrogate_error(cell, column), excerpt(cell, first_surrogate(cell)))
    return Record(number, dict(zip(header, cells, strict=True)))


class _LineTooLongError(Exception):
    """A physical line over the limit; it was passed over."""

    def __init__(self, characters: int, start: str) -> None:
        super().__init__(characters)
        self.characters, self.start = characters, start


class _Lines:
    """The physical lines of a text, none of them longer than the limit."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self.count = 0
        self.row: list[str] = []
        self.has_backslashes = False

    def __iter__(self) -> "_Lines":
        return self

    def take_named_delimiter(self) -> str:
        """The delimiter that the first line names, which is no row then; "" where it names none."""
        first = self._text.readline(MAX_ROW_BYTES)
        named = named_delimiter(first)
        self.count = 1 if named else 0
        if first and not named:
            self._again.append(first)
        return named

    def pass_over(self, count: int) -> None:
        """Take lines that are no rows."""
        for _ in range(count):
            if not self._again:
                self._text.readline(MAX_ROW_BYTES)
            self._again.clear()
        self.count += count

    def begin_row(self) -> int:
        """The number of the line that comes next."""
        self.row = []
        return self.count + 1

    def read_again(self) -> None:
        """Go back to the second line of the present row."""
        self._again.extendleft(reversed(self.row[1:]))
        self.count -= len(self.row) - 1

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(MAX_ROW_BYTES)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) < MAX_ROW_BYTES or line.endswith(("\n", "\r")):
            self.row.append(line)
            return doubled(line) if self.has_backslashes else line
        size = len(line)
        while (piece := self._text.readline(MAX_ROW_BYTES)) and not piece.endswith(("\n", "\r")):
            size += len(piece)
        raise _LineTooLongError(size + len(piece), line[:1000])


def _told_long(error: _LineTooLongError, file: str, number: int) -> Rejection:
    return Rejection(
        file,
        number,
        f"A line has {error.characters:,} characters (maximum {MAX_ROW_BYTES:,}).",
        "Split the row, or check that this is a CSV file.",
        excerpt(error.start),
    )


def _told_open(line: str, begin: int, file: str, number: int) -> Rejection:
    return Rejection(
        file,
        number,
        f"The quote opened in line {begin:,} is not closed; the lines after it were read as rows.",
        "Close the quote, and double the quotes inside quoted cells.",
        excerpt(line),
    )


def _told(error: str, lines: _Lines, begin: int, file: str, number: int) -> Rejection:
    if "unexpected end" in error or "field limit" in error:
        return Rejection(
            file,
            number,
            f"The quote opened in line {begin:,} is not closed, so lines up to {lines.count:,} were not loaded.",
            "Close the quote, and double the quotes inside quoted cells.",
            excerpt(lines.row[-1] if lines.row else ""),
        )
    row = f", in a row that starts in line {begin:,}" if begin < lines.count else ""
    return Rejection(
        file,
        number,
        f"The quotes in line {lines.count:,}{row} do not match: {error}.",
        'Double the quotes inside quoted cells: "He said ""yes""."',
        excerpt(lines.row[-1]),
    )


def _matches(source: Source) -> bool:
    return suffix_of(source.shown) in TABLE_NAMES or looks_like_table(source.head)


def _read(source: Source) -> Iterator[Record | Rejection]:
    preferred = "\t" if suffix_of(source.shown) in _TAB_NAMES else ","
    return read_delimited(source.stream, source.shown, source.head, preferred, source.notes)


FORMAT = Format("delimited", ("CSV", "TSV"), 40, _matches, _read, cut_rows_look_whole=True)
