"""Which character parts the cells of a table, whether its quotes quote, and whether text is a table at all."""

import csv
import io
import re
from typing import Literal

from core.formats.column_names import count_known

DELIMITERS = (",", "\t", ";", "|")
_NAMED = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's own line before the header
_HEAD = 256 * 1024  # bytes; a shorter head is the whole file
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
            header = next(csv.reader(first_lines, delimiter=delimiter), [])
        except csv.Error:
            return (0, 0, False)
        return count_known(header), len(header), delimiter == preferred

    return max(DELIMITERS, key=worth)


def quotes_are_plain(head: bytes, delimiter: str) -> bool:
    """Whether more lines have as many cells as the first one where quotes are taken as any other character."""
    text = head.decode(errors="replace")
    lines = io.StringIO(text, newline="").readlines()[: None if len(head) < _HEAD else -1]

    def good(quoting: Literal[0, 3]) -> tuple[int, int]:
        whole = bad = columns = 0
        rows = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)
        try:
            for cells in rows:
                columns = columns or len(cells)
                whole += len(cells) == columns
                bad += bool(cells) and len(cells) != columns
        except csv.Error:
            bad += 1
        return whole, bad

    quoted, plain = good(csv.QUOTE_MINIMAL), good(csv.QUOTE_NONE)
    return plain[0] > quoted[0] and plain[1] == 0


def looks_like_table(head: bytes) -> bool:
    """Whether the first line names a column that means something here, or the delimiter."""
    first = next(line for line in _LINE_END.split(head) if line.strip()).decode(errors="replace")
    if named_delimiter(first):
        return True
    return count_known(cell.strip('" \r') for cell in first.split(delimiter_of(head, ","))) > 0
