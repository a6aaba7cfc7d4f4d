"""What form a file has: by its content first, by its name where the content leaves it open."""

from enum import StrEnum
from pathlib import PurePath

import orjson

from core.errors import InputError
from core.formats.delimited import looks_like_table
from core.formats.json_document import place_of_rows
from core.formats.source import Source

_JSON_NAMES, _TABLE_NAMES = (".json", ".jsonl", ".ndjson"), (".csv", ".tsv", ".tab")


class Form(StrEnum):
    """How rows are laid out in a file."""

    JSONL = "jsonl"
    JSON = "json"
    DELIMITED = "delimited"
    PARQUET = "parquet"


def form_of(source: Source) -> Form:
    """The form of an open file.

    Raises:
        InputError: it is text, but neither JSON nor a table with a line of names.
    """
    if source.is_parquet:
        return Form.PARQUET
    lines = [line.strip() for line in source.head.split(b"\n")]
    lines = [line for line in lines if line]
    suffix = suffix_of(source.shown)
    if lines[0][:1] in b"{[" and not (suffix in _TABLE_NAMES and not _any_object(lines)):
        return _json_form(lines, source.head)
    if suffix in _JSON_NAMES and any(line[:1] == b"{" for line in lines):
        return Form.JSONL
    if suffix in _TABLE_NAMES or looks_like_table(source.head):
        return Form.DELIMITED
    raise InputError(
        "The file is neither JSON nor a table with a header line.",
        where=source.shown,
        mend="Load JSON, JSONL, CSV, TSV or Parquet, optionally .gz or .zst.",
    )


def suffix_of(name: str) -> str:
    """The ending that tells of the form, without that of the compression: `.csv` of `rows.csv.gz`."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    while suffixes and suffixes[-1] in (".gz", ".zst", ".zstd"):
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _json_form(lines: list[bytes], head: bytes) -> Form:
    if lines[0][:1] == b"[":
        return Form.JSONL if len(lines) > 1 and _is_whole(lines[0], list) and _is_whole(lines[1], dict) else Form.JSON
    holds_rows = place_of_rows(head) is not None
    if _is_whole(lines[0], dict):
        return Form.JSON if holds_rows and len(lines) == 1 else Form.JSONL
    if holds_rows:
        return Form.JSON
    opens_document = len(lines) > 1 and not lines[0].endswith(b"}") and not lines[1].startswith(b"{")
    return Form.JSON if opens_document and not _any_object(lines) else Form.JSONL


def _any_object(lines: list[bytes]) -> bool:
    """Whether one of the first lines is a whole object."""
    return any(line[:1] == b"{" and _is_whole(line, dict) for line in lines[:50])


def _is_whole(line: bytes, kind: type) -> bool:
    try:
        return isinstance(orjson.loads(line), kind)
    except orjson.JSONDecodeError:
        return False
