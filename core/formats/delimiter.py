"""Which character parts the cells of a table, whether its quotes quote, and whether text is a table at all."""

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import Literal

from core.formats.column_names import count_known

DELIMITERS = (",", "\t", ";", "|")
_ODD = ("^", "~", "\x01", "\x1f")  # only where they part columns that are known
_NAMED = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's own line before the header
_DASHES = re.compile(r":?-+:?")
_HEAD = 256 * 1024  # bytes; a shorter head is the whole file
_SAMPLE = 50  # rows
_TOP = 8  # rows among which that with the names of columns is
_LINE_END = re.compile(rb"[\r\n]+")


def named_delimiter(line: str) -> str:
    """The delimiter that a line such as `sep=;` names; "" for any other line."""
    found = _NAMED.fullmatch(line.rstrip("\r\n").removesuffix("\t"))
    return found.group(1) if found else "\t" if line.strip().lower() == "sep=" else ""


def delimiter_of(head: bytes, preferred: str) -> str:
    """The delimiter under which the header has most known columns, then most columns, then `preferred`."""
    first_lines = io.StringIO(head.decode(errors="replace").lstrip("\r\n"), newline="")

    def worth(delimiter: str) -> tuple[int, int, bool]:
        first_lines.seek(0)
        try:
            rows = [row for row in islice(csv.reader(first_lines, delimiter=delimiter), _TOP) if row]
        except csv.Error:
            return (0, 0, False)
        header = next((row for row in rows if count_known(row) > 1), rows[0] if rows else [])
        known = count_known(header)
        return (0, 0, False) if delimiter in _ODD and known < 2 else (known, len(header), delimiter == preferred)

    return max((*DELIMITERS, *_ODD), key=worth)


def lines_above_header(head: bytes, delimiter: str) -> int:
    """How many lines stand above the names of the columns: a title, a comment; 0 where the first line has them."""
    text = io.StringIO(head.decode(errors="replace"), newline="")
    rows = csv.reader(text, delimiter=delimiter)
    try:
        for first in islice(rows, _TOP):
            if count_known(first) > 1:
                return rows.line_num - 1
            if count_known(first) == 1 or len([cell for cell in first if cell.strip()]) > 1:
                return 0
    except csv.Error:
        pass
    return 0


def escapes_quotes(head: bytes, delimiter: str) -> bool:
    """Whether quotes in quoted cells are written with a backslash, as Spark does, and not doubled."""
    text = head.decode(errors="replace")
    if '\\"' not in text:
        return False
    lines = io.StringIO(text, newline="").readlines()[: None if len(head) < _HEAD else -1]
    (_, bad), (_, bad_so) = (_good(each, delimiter, csv.QUOTE_MINIMAL) for each in (lines, list(map(doubled, lines))))
    return bad > 0 and bad_so == 0


def doubled(line: str) -> str:
    """A line with its quotes doubled where a backslash stands before them."""
    return line.replace('\\"', '""')


def is_drawn(head: bytes) -> bool:
    """Whether a table is one of Markdown, which has a line of dashes below the names."""
    lines = (line.strip() for line in _LINE_END.split(head) if line.strip())
    below = next(islice(lines, 1, 2), b"").decode(errors="replace")
    return "|" in below and all(_DASHES.fullmatch(cell.strip()) for cell in below.strip("|").split("|"))


def lacks_a_name(head: bytes, delimiter: str, skipped: int) -> bool:
    """Whether each row has one cell more than the header and begins with its number, as R writes the names of rows.

    Args:
        skipped: lines above the header.
    """
    text = io.StringIO(head.decode(errors="replace"), newline="")
    try:
        rows = [row for row in islice(csv.reader(text, delimiter=delimiter), skipped, skipped + _SAMPLE) if row]
    except csv.Error:
        return False
    rows = rows[: None if len(head) < _HEAD else -1]
    first, counts = len(rows[0]) if rows else 0, [row[0] for row in rows[1:]]
    numbered = counts in ([str(start + place) for place in range(len(counts))] for start in (0, 1))
    return first > 1 and bool(counts) and numbered and all(len(row) == first + 1 for row in rows[1:])


def quote_of(head: bytes, delimiter: str) -> str:
    """What stands around cells: a single quote where it does so around all names, else a double one."""
    first = next((line for line in _LINE_END.split(head) if line.strip()), b"").decode(errors="replace")
    names = [cell.strip() for cell in first.split(delimiter)]
    single = len(names) > 1 and all(len(name) > 2 and name[0] == name[-1] == "'" for name in names)
    return "'" if single else '"'


def spaces_begin_cells(head: bytes, delimiter: str) -> bool:
    """Whether a space stands after each delimiter of the header, so that it is no part of the cells."""
    first = next((line for line in _LINE_END.split(head) if line.strip()), b"").decode(errors="replace")
    cells = first.split(delimiter)[1:]
    return delimiter != "\t" and bool(cells) and all(cell.startswith(" ") and cell.strip() for cell in cells)


def quotes_are_plain(head: bytes, delimiter: str) -> bool:
    """Whether more lines have as many cells as the first one where quotes are taken as any other character."""
    text = head.decode(errors="replace")
    lines = io.StringIO(text, newline="").readlines()[: None if len(head) < _HEAD else -1]

    quoted, plain = (_good(lines, delimiter, quoting) for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE))
    return plain[0] > quoted[0] and plain[1] == 0


def _good(lines: Sequence[str], delimiter: str, quoting: Literal[0, 3]) -> tuple[int, int]:
    """How many rows have as many cells as the first one, and how many have more or can't be read."""
    whole = bad = columns = 0
    rows = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)
    try:
        for cells in rows:
            columns = columns or len(cells)
            whole += len(cells) == columns
            bad += len(cells) > columns
    except csv.Error:
        bad += 1
    return whole, bad


def looks_like_table(head: bytes) -> bool:
    """Whether the first line names a column that means something here, or the delimiter."""
    first = next(line for line in _LINE_END.split(head) if line.strip()).decode(errors="replace")
    if named_delimiter(first):
        return True
    return count_known(cell.strip('" \r') for cell in first.split(delimiter_of(head, ","))) > 0
