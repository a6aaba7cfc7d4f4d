"""A table as a file, of the kind that its name says."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from core.errors import InputError
from core.export.sinks import is_formula
from core.files import output_file


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV; text that a spreadsheet would run as a formula gets an apostrophe first."""
    safe = {str(name): table[name].map(_not_a_formula) for name in table.select_dtypes(["object", "string"])}
    return table.assign(**safe).rename(columns=_not_a_formula).to_csv(index=False, lineterminator="\n")


def json_lines(table: pd.DataFrame) -> str:
    """The table as JSON Lines, null for what is missing."""
    return table.to_json(orient="records", lines=True, force_ascii=False) if len(table) else ""


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    ".csv": lambda table, path: path.write_text(csv_text(table), "utf-8", newline="\n"),
    ".jsonl": lambda table, path: path.write_text(json_lines(table), "utf-8", newline="\n"),
    ".parquet": lambda table, path: table.to_parquet(path, index=False),
}


def refuse_kind(path: Path) -> None:
    """Refuse a name that says no kind of table, before there is one to write.

    Raises:
        InputError: it ends in something else.
    """
    if path.suffix.lower() not in _WRITERS:
        raise InputError(
            "The file format is not clear from the file name.",
            where=str(path),
            mend=f"Use the ending {', '.join(_WRITERS)}.",
        )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table, whole or not at all.

    Raises:
        InputError: the file's name says no kind.
        StorageFull, StoreError: the place can't be written.
    """
    refuse_kind(path)
    with output_file(path) as partial:
        _WRITERS[path.suffix.lower()](table, partial)


def _not_a_formula(value: object) -> object:
    return f"'{value}" if is_formula(value) else value
