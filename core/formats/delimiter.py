"""Which character parts the cells of a table, and whether text is a table at all."""

import csv
import io

from core.formats.column_names import count_known

DELIMITERS = (",", "\t", ";", "|")


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


def looks_like_table(head: bytes) -> bool:
    """Whether the first line names a column that means something here."""
    first = next(line for line in head.split(b"\n") if line.strip()).decode(errors="replace")
    return count_known(cell.strip('" \r') for cell in first.split(delimiter_of(head, ","))) > 0
