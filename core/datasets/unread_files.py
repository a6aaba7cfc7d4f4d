"""Files of a load that can't be read at all: the others are loaded, and these are told by name with reason and mend."""

from collections.abc import Sequence

from core.errors import InputError
from core.formats.choices import ReadingChoices
from core.formats.columns import ColumnMap
from core.formats.preview import preview
from core.formats.rejection import Rejection
from core.formats.source import size_of
from core.sources.source_file import SourceFile

_LOOKED_AT, _BYTES = 100, 256 * 1024**2  # of a folder, before it is loaded


def unreadable(
    sources: Sequence[SourceFile], columns: ColumnMap | None, choices: ReadingChoices
) -> tuple[Rejection, ...]:
    """Which of several files a load would leave out, as far as their first rows tell; of very many only the first."""
    found, left = [], _BYTES
    for source in sources[:_LOOKED_AT] if len(sources) > 1 else ():
        try:
            left -= size_of(source.path, source.shown_name)
            if left < 0:
                break
            seen = preview(source.path, columns, source.shown_name, choices, source.columns)
            if not seen.rows:
                raise nothing_good(source, next(iter(seen.rejections), None))
        except InputError as error:
            found.append(left_out(source, error))
    return tuple(found)


def left_out(source: SourceFile, error: InputError) -> Rejection:
    """A whole file that is not loaded."""
    return Rejection(source.shown_name, None, error.what, error.mend)


def told_left_out(file: Rejection) -> str:
    """What is said of a whole file that is not loaded."""
    return f"{file.file} is left out: {file.reason} {file.mend}"


def none_readable(first: InputError, files: int) -> InputError:
    """What is said where none of so many files can be loaded."""
    if files == 1:
        return first
    return InputError(f"{first.what} None of the {files:,} files can be loaded.", where=first.where, mend=first.mend)


def nothing_good(source: SourceFile, first: Rejection | None) -> InputError:
    """What is said of a file of which no row could be taken.

    Args:
        first: what was wrong with its first row; None where it has none.
    """
    if first is None:
        return InputError("The file has no rows.", where=source.shown_name, mend="Choose another file.")
    place = f" (row {first.row:,})" if first.row else ""
    return InputError(
        f"No row of the file could be loaded. First error{place}: {first.reason}",
        where=source.shown_name,
        mend=first.mend,
    )
