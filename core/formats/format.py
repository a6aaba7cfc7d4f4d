"""What a file format declares of itself."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from core.formats.record import Record
from core.formats.rejection import Rejection

if TYPE_CHECKING:
    from core.formats.source import Source


@dataclass(frozen=True)
class Format:
    """How rows are laid out in a file.

    Attributes:
        name: of the format.
        titles: what people call it, one for each kind of file: CSV, TSV.
        order: in which formats are asked whether a file is theirs; the first one that says so reads it.
        matches: whether an open file is of this format, by its first bytes and its name.
        read: every row as a record, or the reason why it is none.
        magic: the first bytes of a binary format, or the several that it may have; none for text.
        cut_rows_look_whole: whether a row that was cut in its last cell can't be told from a whole one.
        lists: the names of the lists of rows in a file that may hold several, of which one can be chosen.
    """

    name: str
    titles: tuple[str, ...]
    order: int
    matches: "Callable[[Source], bool]"
    read: "Callable[[Source], Iterator[Record | Rejection]]"
    magic: bytes | tuple[bytes, ...] = b""
    cut_rows_look_whole: bool = False
    lists: "Callable[[Source], tuple[str, ...]] | None" = None


KINDS = (
    "jsonl", "ndjson", "jsonc", "json5", "json", "csv", "tsv", "tab", "parquet", "arrow", "feather", "xlsx", "xlsm",
    "xlsb", "ods", "yaml", "yml", "txt", "md",
)  # fmt: skip
TEXT_NAMES = (".txt", ".md")
TABLE_NAMES = (".csv", ".tsv", ".tab")
TEXT_KINDS = ("yaml", "yml", "txt", "md")  # that mostly hold something else than rows
PACKINGS = ("gz", "zst", "zstd", "bz2")
KNOWN_ENDING = re.compile(rf"\.({'|'.join(KINDS)})(\.({'|'.join(PACKINGS)}))?$", re.IGNORECASE)
_PACKED = re.compile(rf"\.({'|'.join(PACKINGS)})$", re.IGNORECASE)


def suffix_of(name: str) -> str:
    """The ending that tells of the format, without that of the compression: `.csv` of `rows.csv.gz`."""
    while (plain := _PACKED.sub("", name)) != name:
        name = plain
    return PurePath(name).suffix.lower()


def what_can_be_loaded(formats: Sequence[Format]) -> str:
    """What to do with a file of none of these formats, a sentence."""
    text_first = sorted(formats, key=lambda each: bool(each.magic))
    *others, last = (title for each in text_first for title in each.titles)
    return f"Load {', '.join(['YAML', *others])} or {last}, optionally .gz, .zst, .bz2 or .zip."
