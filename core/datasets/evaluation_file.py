"""Evaluation sets from files, which may be all that files of a dataset may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.datasets.loading import with_columns
from core.datasets.unread_files import left_out, none_readable, nothing_good, told_left_out
from core.errors import InputError
from core.formats.answers import to_rows
from core.formats.cells import CellFaultError, text_of
from core.formats.charset import title_of
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.column_names import OUTPUT, first_of, plain_name
from core.formats.columns import ColumnMap
from core.formats.json_fault import is_missing
from core.formats.printed_python import decoded
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.several_answers import SEVERAL
from core.rows.evaluation_set import EvaluationExample, joined
from core.sources.resolve import unpacked
from core.sources.source_file import SourceFile


@dataclass(frozen=True)
class EvaluationFile:
    """What files hold of an evaluation set.

    Attributes:
        rejections: rows that could not be read.
        notes: what was passed over, and in which encodings other than UTF-8 the files were read, in sentences.
    """

    examples: tuple[EvaluationExample, ...]
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[str, ...] = ()


def read_evaluation_file(path: Path, choices: ReadingChoices = DEFAULT) -> EvaluationFile:
    """One file, or those of an archive; see `read_evaluation_files`."""
    return read_evaluation_files(unpacked([SourceFile(path, path.name)]), None, choices)


def read_evaluation_files(
    files: Sequence[SourceFile], columns: ColumnMap | None = None, choices: ReadingChoices = DEFAULT
) -> EvaluationFile:
    """Questions with their reference responses. Rows that ask the same become one question with several responses.

    Args:
        columns: what the columns mean, in all files; None guesses for each.
        choices: how all files are read.

    Raises:
        InputError: no file can be read and has a good row; the first is named.
    """
    read: list[EvaluationFile] = []
    notes: list[str] = []
    faults: list[InputError] = []
    for file in files:
        notes += file.notes
        try:
            read.append(_of_file(file, columns, choices))
            notes += read[-1].notes
        except InputError as error:
            faults.append(error)
            notes.append(told_left_out(left_out(file, error)))
    if not read:
        raise none_readable(faults[0], len(files))
    examples = joined([example for each in read for example in each.examples])
    rejections = tuple(rejection for each in read for rejection in each.rejections)
    return EvaluationFile(tuple(examples), rejections, tuple(dict.fromkeys(notes)))


def _of_file(file: SourceFile, columns: ColumnMap | None, choices: ReadingChoices) -> EvaluationFile:
    """The examples of one file, row by row.

    Raises:
        InputError: it can't be read, or has no good row.
    """
    examples: list[EvaluationExample] = []
    rejections: list[Rejection] = []
    with read_records(file.path, file.shown_name, choices) as reader:
        records, used = with_columns(reader, columns, file.columns)
        for item in records:
            made = _examples(item, used.of(item), file.shown_name, choices) if isinstance(item, Record) else [item]
            for each in made:
                (rejections if isinstance(each, Rejection) else examples).append(each)  # type: ignore[arg-type]
        notes = [*reader.notes, *used.notes]
        if reader.encoding not in ("", "utf-8"):
            notes.append(f"{file.shown_name} was read as {title_of(reader.encoding)}.")
    if not examples:
        raise nothing_good(file, next(iter(rejections), None))
    return EvaluationFile(tuple(examples), tuple(rejections), tuple(notes))


def _examples(
    record: Record, columns: ColumnMap, file: str, choices: ReadingChoices
) -> list[EvaluationExample | Rejection]:
    if columns.layout == "pair" and is_missing(record.fields.get(columns.output)):
        # Some rows of a file have `outputs` where others have `output`.
        filled = [name for name, cell in record.fields.items() if not is_missing(cell)]
        columns = replace(columns, output=first_of(OUTPUT, filled) or columns.output)
    try:
        texts = [text_of(each, columns.output) for each in _several(record, columns)]
    except CellFaultError as fault:
        return [Rejection(file, record.number, *fault.told)]
    several = tuple(dict.fromkeys(filter(None, texts)))
    return [
        row if isinstance(row, Rejection) else EvaluationExample(row.instruction, row.input, several or (row.output,))
        for row in to_rows(record, columns, file, choices.answers)
    ]


def _several(record: Record, columns: ColumnMap) -> list[str]:
    """The responses of a row that has a list of them."""
    cell = record.fields.get(columns.output) if columns.layout == "pair" else None
    if isinstance(cell, str) and plain_name(columns.output) in SEVERAL:
        cell = decoded(cell)
    if isinstance(cell, Mapping):  # as SQuAD has it
        cell = cell.get("text")
    return cell if isinstance(cell, list) and all(isinstance(each, str) for each in cell) else []
