"""Workbooks of Excel and OpenDocument: the first sheet with known columns, or with rows, from its names on."""

import datetime
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from core.errors import InputError
from core.formats.archive import ZIP_MAGIC, is_workbook
from core.formats.batches import seekable
from core.formats.column_names import count_known, unique_names
from core.formats.format import Format
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source

_TOP = 8  # rows among which that with the names of columns is
_MOST_BYTES = 512 * 1024**2  # of all parts, unpacked: a sheet is held in memory


def read_workbook(source: Source) -> Iterator[Record | Rejection]:
    """Every row of a sheet, the first that has any below its header, cells as the text that the sheet would show.

    Raises:
        InputError: the workbook can't be read, is too large, or has no rows.
    """
    stream = seekable(source)
    _check_size(stream, source.shown)
    try:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = _with_rows(book, source.shown)
        chosen = source.list_name or next(iter(sheets))
        if chosen not in sheets:
            mend = f"Choose from {', '.join(sheets)}."
            raise InputError(f"The workbook has no sheet “{chosen}” with rows.", where=source.shown, mend=mend)
        rows = islice(_rows(book, chosen), sheets[chosen] or 0, None)
        others = [name for name in book.sheet_names if name != chosen and book.get_sheet_by_name(name).height]
        header = next(rows)
        first = [next(rows)]
    except PasswordError as error:
        raise InputError(
            "The workbook is protected by a password.", where=source.shown, mend="Save it without one."
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(source.shown) from error
    if others:
        names = ", ".join(f"“{name}”" for name in others)
        known = any(place is not None for name, place in sheets.items() if name != chosen)
        how = ": choose another with --list" if known else ""
        source.notes.append(f"{source.shown}: only the sheet “{chosen}” was read, not {names}{how}.")
    fields, named = unique_names([name.strip() for name in header]), [bool(name.strip()) for name in header]
    for number, cells in enumerate(chain(first, rows), start=1):
        columns = zip(fields, named, cells, strict=True)
        yield Record(number, {name: cell for name, has_name, cell in columns if has_name or cell})


def names_of_sheets(source: Source) -> tuple[str, ...]:
    """The sheets with rows, the one first that is read where none is chosen.

    Raises:
        InputError: there is none, or the workbook can't be read.
    """
    try:
        return tuple(_with_rows(CalamineWorkbook.from_filelike(seekable(source)), source.shown))
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(source.shown) from error


def _with_rows(book: CalamineWorkbook, shown: str) -> dict[str, int | None]:
    """The sheets with a row below a header, and in which row known names stand; those where they do first.

    Raises:
        InputError: there is none.
    """
    tops = {name: list(islice(_rows(book, name), _TOP)) for name in book.sheet_names}
    places = {name: _header_place(top) for name, top in tops.items() if len(top) > 1}
    if not places:
        raise InputError(
            "No sheet has rows below a header line.", where=shown, mend="Write the names of the columns there."
        )
    return {name: places[name] for name in sorted(places, key=lambda name: places[name] is None)}


def _header_place(top: list[list[str]]) -> int | None:
    """Which of the first rows has names of columns that are known, with a row below it; None for none."""
    return next((place for place, row in enumerate(top[:-1]) if count_known(row) > 1), None)


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    """The rows of a sheet that are not empty, as texts of one length."""
    for row in book.get_sheet_by_name(name).iter_rows():
        cells = [_text(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            yield cells


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
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


def _matches(source: Source) -> bool:
    return is_workbook(source.head)


FORMAT = Format("workbook", ("Excel",), 14, _matches, read_workbook, magic=ZIP_MAGIC, lists=names_of_sheets)
