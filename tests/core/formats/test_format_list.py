"""A format is a value in a list: what opens and reads files asks the list, and knows no format by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.formats import reader
from core.formats.detect import formats
from core.formats.format import Format, what_can_be_loaded
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.source import Source


def read_pairs(source: Source) -> Iterator[Record]:
    lines = source.stream.read().removeprefix(b"PAIRS\x00").split(b"\x00")
    for number, (asked, said) in enumerate(zip(lines[::2], lines[1::2], strict=True), start=1):
        yield Record(number, {"instruction": asked.decode(), "output": said.decode()})


PAIRS = Format("pairs", ("Pairs",), 5, lambda source: source.head.startswith(b"PAIRS"), read_pairs, magic=b"PAIRS\x00")


NAMES = ["parquet", "arrow", "workbook", "json", "jsonl", "text chats", "delimited"]
TOLD = (
    "Load YAML, JSON, JSONL, text with Q: and A: or User: and Assistant:, CSV, TSV, {}Parquet, Arrow or Excel, "
    "optionally .gz, .zst, .bz2 or .zip."
)


def test_formats_are_found_and_named_for_people() -> None:
    assert [each.name for each in formats()] == NAMES
    assert what_can_be_loaded(formats()) == TOLD.format("")


def test_one_that_is_added_to_the_list_is_read_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.pairs"
    file.write_bytes(b"PAIRS\x00Say it.\x00It.\x00Again.\x00It, it.")
    with pytest.raises(InputError):
        read_records(file)
    more = (PAIRS, *formats())
    monkeypatch.setattr(reader, "formats", lambda: more)
    monkeypatch.setattr("core.formats.detect.formats", lambda: more)
    with read_records(file) as records:
        assert records.format is PAIRS
        assert [each.fields["output"] for each in records if isinstance(each, Record)] == ["It.", "It, it."]
    (tmp_path / "a.pdf").write_bytes(b"%PDF-nothing")
    with pytest.raises(InputError) as told:
        read_records(tmp_path / "a.pdf")
    assert told.value.mend == TOLD.format("Pairs, ")
