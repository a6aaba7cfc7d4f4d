"""Workbooks of Excel and OpenDocument: the first sheet with rows, its first line as the names of the columns."""

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from core.errors import InputError
from core.formats.archive import ZIP_MAGIC, is_workbook
from core.formats.batches import seekable
from core.formats.column_names import unique_names
from core.formats.format import Format
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source

_MOST_BYTES = 1024**3  # of all parts, unpacked: a sheet is held in memory


def read_workbook(source: Source) -> Iterator[Record | Rejection]:
    """Every row of the first sheet that has any below its header, cells as the text that the sheet would show.

    Raises:
        InputError: the workbook can't be read, is too large, or has no rows.
    """
    stream = seekable(source)
    _check_size(stream, source.shown)
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            sheets = [(name, _rows(book, name)) for name in book.sheet_names]
    except PasswordError as error:
        raise InputError(
            "The workbook is protected by a password.", where=source.shown, mend="Save it without one."
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(source.shown) from error
    chosen, rows = next((each for each in sheets if len(each[1]) > 1), ("", []))
    if not rows:
        raise InputError(
            "No sheet has rows below a header line.", where=source.shown, mend="Write the names of the columns there."
        )
    if others := [name for name, found in sheets if name != chosen and found]:
        source.notes.append(f"{source.shown}: only the sheet “{chosen}” was read, not {_listed(others)}.")
    header = unique_names([name.strip() for name in rows[0]])
    named = [bool(name.strip()) for name in rows[0]]
    for number, cells in enumerate(rows[1:], start=1):
        columns = zip(header, named, cells, strict=True)
        yield Record(number, {name: cell for name, has_name, cell in columns if has_name or cell})


def _rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    """The rows of a sheet that are not empty, as texts of one length."""
    written = ([_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python())
    return [row for row in written if any(cell.strip() for cell in row)]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _check_size(stream: Any, shown: str) -> None:
    try:
        with zipfile.ZipFile(stream) as parts:
            size = sum(each.file_size for each in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise _damaged(shown) from error
    stream.seek(0)
    if size > _MOST_BYTES:
        raise InputError(
            f"The workbook is too large: {size / 2**20:,.0f} MiB unpacked (maximum {_MOST_BYTES // 2**20:,}).",
            where=shown,
            mend="Save the sheet as CSV.",
        )


def _damaged(shown: str) -> InputError:
    return InputError("The workbook is damaged or incomplete.", where=shown, mend="Save it again, or save it as CSV.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _matches(source: Source) -> bool:
    return is_workbook(source.head)


FORMAT = Format("workbook", ("Excel",), 14, _matches, read_workbook, magic=ZIP_MAGIC)
