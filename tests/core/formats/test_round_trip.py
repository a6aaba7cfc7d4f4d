"""What an independent writer wrote is what is read, character for character, or it is refused with a reason."""

import bz2
import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from core.formats.parse import to_row
from core.formats.preview import known_columns
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.rows.row import Row, clean_text

ODD = "\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x1f\r\n\t\x01\x7f\xa0\u200b\ufeff\U0001f642é\"'\\,;|{}[]: "
NUL = "\0"
texts = st.one_of(
    st.text(max_size=30),
    st.text(st.sampled_from(ODD), max_size=12),
    st.text(st.characters(exclude_categories=()), max_size=8),
    st.sampled_from(["NaN", "null", "[]", "{}", "[1, 2]", '"', '""', "\\", "\\n", "-0", "1e5", "true", '{"a": "b":']),
)
Fields = dict[str, str]
records = st.lists(
    st.fixed_dictionaries({"instruction": texts, "input": texts, "output": texts, "note": texts}),
    min_size=1,
    max_size=8,
)


def as_lines(rows: list[Fields], path: Path, *, escape: bool) -> None:
    lines = [json.dumps(row, ensure_ascii=escape) + "\n" for row in rows]
    path.write_bytes("".join(lines).encode(errors="surrogatepass"))


def as_array(rows: list[Fields], path: Path, *, indent: int | None) -> None:
    path.write_bytes(json.dumps(rows, indent=indent, ensure_ascii=False).encode(errors="surrogatepass"))


def as_table(rows: list[Fields], path: Path, *, delimiter: str, quoting: Any) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, quoting=quoting)
        writer.writeheader()
        writer.writerows(rows)


def as_parquet(rows: list[Fields], path: Path) -> None:
    """Lone surrogates, which Arrow takes in no string, as the bytes that other writers leave of them."""
    columns = {name: pa.array([row[name].encode(errors="surrogatepass") for row in rows]) for name in rows[0]}
    strings = [pa.Array.from_buffers(pa.string(), len(rows), column.buffers()) for column in columns.values()]
    pq.write_table(pa.table(strings, list(columns)), path)


WRITERS: dict[str, Callable[[list[Fields], Path], None]] = {
    "escaped.jsonl": lambda rows, path: as_lines(rows, path, escape=True),
    "plain.jsonl": lambda rows, path: as_lines(rows, path, escape=False),
    "compact.json": lambda rows, path: as_array(rows, path, indent=None),
    "indented.json": lambda rows, path: as_array(rows, path, indent=2),
    "table.csv": lambda rows, path: as_table(rows, path, delimiter=",", quoting=csv.QUOTE_MINIMAL),
    "quoted.csv": lambda rows, path: as_table(rows, path, delimiter=";", quoting=csv.QUOTE_ALL),
    "table.tsv": lambda rows, path: as_table(rows, path, delimiter="\t", quoting=csv.QUOTE_MINIMAL),
    "rows.parquet": as_parquet,
}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".bz2": bz2.compress,
}


def loaded(path: Path) -> list[Row | Rejection]:
    """What a load makes of a file, in its order."""
    with read_records(path) as reader:
        found = list(reader)
    columns = known_columns(tuple(each for each in found if isinstance(each, Record)), [], path.name)
    return [to_row(each, columns, path.name) if isinstance(each, Record) else each for each in found]


def may_be_refused(row: Fields) -> bool:
    """Whether the row has no instruction or no response, or text that no store can hold."""
    given = {name: clean_text(text) for name, text in row.items()}
    asked = given["instruction"] or given["input"]
    return not asked or not given["output"] or any(map(is_broken, row.values()))


def is_broken(text: str) -> bool:
    return NUL in text or any("\ud800" <= character <= "\udfff" for character in text)


def expected(row: Fields) -> tuple[str, str, str, str]:
    asked, beside, answered = (clean_text(row[name]) for name in ("instruction", "input", "output"))
    return (asked, beside, answered, row["note"]) if asked else (beside, "", answered, row["note"])


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=20)
@given(rows=records)
def test_text_is_read_as_it_was_written_or_refused(
    name: str, packing: str, rows: list[Fields], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("written") / (name + packing)
    table = path.name.split(".")[1] in ("csv", "tsv")
    rows = [row for row in rows if not table or any(row.values())]  # an empty row of a table is passed over
    rows = [{"instruction": "the first", "input": "", "output": "is good", "note": ""}, *rows]
    WRITERS[name](rows, path)
    path.write_bytes(PACKINGS[packing](path.read_bytes()))
    found = loaded(path)
    assert len(found) == len(rows)
    for row, made in zip(rows, found, strict=True):
        if isinstance(made, Rejection):
            assert may_be_refused(row), made
        else:
            note = json.loads(made.extra or "{}").get("note", "")
            assert (made.instruction, made.input, made.output, note) == expected(row)


numbers = st.one_of(st.integers(-(10**40), 10**40), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
names = st.text(max_size=5)  # without lone halves of surrogate pairs, for which a row is refused
nested = st.recursive(numbers, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
@settings(max_examples=40)
@given(value=nested)
def test_numbers_of_any_length_stay_exact(name: str, value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("numbers") / name
    row = json.dumps({"instruction": "q", "output": "a", "note": value})
    path.write_text(f"[{row}]" if name.endswith(".json") else row + "\n", encoding="utf-8")
    (made,) = loaded(path)
    assert not isinstance(made, Rejection), made
    assert json.loads(made.extra or "{}")["note"] == value


turns = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system", "tool"]), "content": texts}),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("names", [("messages", "role", "content"), ("conversations", "from", "value")])
@settings(max_examples=40)
@given(conversation=turns)
def test_every_turn_is_read_or_the_row_refused(
    names: tuple[str, str, str], conversation: list[Fields], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("turns") / "rows.jsonl"
    column, speaker, said = names
    written = [{speaker: turn["role"], said: turn["content"]} for turn in conversation]
    good = [{speaker: "user", said: "q"}, {speaker: "assistant", said: "a"}]
    as_lines([{column: good}, {column: written}], path, escape=True)  # type: ignore[list-item]
    first, made = loaded(path)
    assert isinstance(first, Row)
    if isinstance(made, Rejection):
        return
    kept = [(turn["role"], clean_text(turn["content"])) for turn in conversation]
    kept = [(role, text) for role, text in kept if text or role != "system"]
    found = json.loads(made.messages) if made.messages else [
        {"role": turn.role, "content": turn.content} for turn in made.conversation
    ]  # fmt: skip
    assert [(turn["role"], turn["content"]) for turn in found] == kept
