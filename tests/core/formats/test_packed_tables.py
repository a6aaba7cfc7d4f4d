"""Workbooks, Arrow files, archives, and tables as Excel and others write them."""

import bz2
import datetime
import gzip
import io
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import datasets
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.formats.choices import ReadingChoices
from core.formats.preview import preview
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.sources.resolve import found_files
from tests.core.formats.test_forms import FORMS, ROWS

PAIRS = [{"instruction": f"q{n}", "output": f"a{n}"} for n in range(3)]
CSV = b"instruction,output\nq0,a0\nq1,a1\nq2,a2\n"


def read(path: Path, content: bytes) -> list[Record | Rejection]:
    path.write_bytes(content)
    with read_records(path) as reader:
        return list(reader)


def fields_of(found: list[Record | Rejection]) -> list[dict]:
    return [each.fields for each in found if isinstance(each, Record)]


def workbook(**sheets: list[list[object]]) -> bytes:
    """The least that Excel opens: texts inline, numbers as they are, dates as days with a date's style."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        if isinstance(value, bool):
            return f'<c t="b"><v>{int(value)}</v></c>'
        if isinstance(value, datetime.date):
            return f'<c s="1"><v>{(value - datetime.date(1899, 12, 30)).days}</v></c>'
        return "<c/>" if value is None else f"<c><v>{value}</v></c>"

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        f'<Relationship Id="st" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
    }
    for i, rows in enumerate(sheets.values(), 1):
        lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/s{i}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
    return archive({name: f'<?xml version="1.0"?>{text}'.encode() for name, text in parts.items()})


def arrow(rows: list[dict[str, str]], kind: str = "stream", at_once: int = 700) -> bytes:
    table, stream = pa.Table.from_pylist(rows), io.BytesIO()
    with (pa.ipc.new_file if kind == "file" else pa.ipc.new_stream)(stream, table.schema) as writer:
        writer.write_table(table, max_chunksize=at_once)
    return stream.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return stream.getvalue()


def test_the_first_sheet_with_rows_is_read_as_text(tmp_path: Path) -> None:
    day = datetime.date(2024, 2, 29)
    rows: list[list[object]] = [
        [None, None], ["instruction", "output", "score", "day", "sure", None], [None], ["a\nb", " x < y", 3, day, True],
        ["NA", "None", 2.5, None, False, "beside"],
    ]  # fmt: skip
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(About=[["Made by us"]], Questions=rows, Empty=[], More=[["instruction"], ["x"]]))
    with read_records(path) as reader:
        assert fields_of(list(reader)) == [
            {"instruction": "a\nb", "output": " x < y", "score": "3", "day": "2024-02-29", "sure": "true"},
            {"instruction": "NA", "output": "None", "score": "2.5", "day": "", "sure": "false", "column 6": "beside"},
        ]
        assert reader.notes == ("book.xlsx: only the sheet “Questions” was read, not “About”, “More”.",)


@pytest.mark.parametrize("name", ["book.csv", "book", "book.xlsx.gz"])
def test_a_workbook_is_known_by_its_content(name: str, tmp_path: Path) -> None:
    content = workbook(S=[["instruction", "output"], ["q0", "a0"]])
    assert fields_of(read(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)) == PAIRS[:1]


@pytest.mark.parametrize("cut", [700, 1100])
def test_a_damaged_workbook_is_told(cut: int, tmp_path: Path) -> None:
    content = workbook(S=[["instruction", "output"], ["q0", "a0"]])
    with pytest.raises(InputError, match="workbook is damaged"):
        read(tmp_path / "book.xlsx", content[:cut])


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    content = workbook(S=[["instruction"], ["q0"]])
    place = content.rindex(b"PK\x01\x02")  # the last entry of the directory: its unpacked size stands at 24
    content = content[: place + 24] + struct.pack("<I", 2**31) + content[place + 28 :]
    with pytest.raises(InputError, match="too large"):
        read(tmp_path / "bomb.xlsx", content)


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_is_read_as_a_file_and_as_a_stream(kind: str, tmp_path: Path) -> None:
    whole = arrow(PAIRS * 1_000, kind)
    assert fields_of(read(tmp_path / "rows.arrow", whole)) == PAIRS * 1_000
    assert fields_of(read(tmp_path / "rows.arrow.gz", gzip.compress(whole))) == PAIRS * 1_000
    if kind == "stream":
        cut = read(tmp_path / "cut.arrow", whole[: len(whole) // 2])
        assert 0 < len(fields_of(cut)) < 3_000 and isinstance(cut[-1], Rejection)
    with pytest.raises(InputError, match="Arrow file is damaged"):
        read(tmp_path / "cut.arrow", whole[:20])


@pytest.mark.parametrize("kind", ["file", "stream"])
@settings(max_examples=150)
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=8))
def test_damaged_arrow_never_ends_the_process(
    kind: str, flips: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(arrow(PAIRS * 20, kind, at_once=7))
    for place, bit in flips:
        content[int(place * len(content))] ^= 1 << bit
    with suppress(InputError):
        read(tmp_path_factory.mktemp("damaged") / "rows.arrow", bytes(content))


def test_bzip2_in_several_streams_damaged_or_blown_up_is_bounded(tmp_path: Path) -> None:
    halves = bz2.compress(CSV[:30]) + bz2.compress(CSV[30:])
    assert fields_of(read(tmp_path / "rows.csv.bz2", halves)) == PAIRS
    lines = b"".join(b'{"instruction": "q%d", "output": "a"}\n' % (n * n) for n in range(60_000))
    packed = bz2.compress(lines)
    *kept, told = read(tmp_path / "cut.jsonl.bz2", packed[: len(packed) * 9 // 10])
    assert len(kept) > 1_000 and isinstance(told, Rejection) and "truncated" in told.reason
    long = b"instruction,output\nq," + b"a" * 50_000_000 + b"\nq1,a1\n"
    first, second = fields_of(read(tmp_path / "long.csv.bz2", bz2.compress(long)))
    assert (len(first["output"]), second) == (50_000_000, PAIRS[1])


def test_each_table_of_an_archive_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "several.zip"
    passed_over = {"readme.md": b"x", "__MACOSX/a/._rows.csv": b"x", "../out.csv": CSV, "/etc/out.csv": CSV}
    packed = gzip.compress(FORMS["lines.json"])
    data = {"a/rows.csv": CSV, "b.jsonl.gz": packed, "rows.parquet": FORMS["rows.parquet"]}
    path.write_bytes(archive(data | passed_over))
    files = found_files(str(path))
    assert [each.shown_name for each in files] == [
        "several.zip/a/rows.csv", "several.zip/b.jsonl.gz", "several.zip/rows.parquet"
    ]  # fmt: skip
    assert files[0].notes == ("Skipped in several.zip: readme.md, ../out.csv, /etc/out.csv.",)
    found = []
    for each in files:
        with read_records(each.path, each.shown_name) as reader:
            found.append(fields_of(list(reader)))
            assert reader.bytes_read == reader.size > 0
    assert found == [PAIRS, ROWS, ROWS]
    assert list(tmp_path.iterdir()) == [path]


def test_archives_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    encrypted = archive({"rows.csv": CSV}).replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0")
    for content, told in {
        archive({"x.log": b"x"}): "without a data file",
        archive({"rows.csv": CSV})[:60]: "damaged or incomplete",
        encrypted: "encrypted",
    }.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=told):
            read_records(found_files(str(path))[0].path, "a.zip")


def test_damage_inside_an_archive_keeps_the_rows_before_it(tmp_path: Path) -> None:
    lines = b"".join(b'{"instruction": "q%d", "output": "a%d"}\n' % (n * 7919, n) for n in range(50_000))
    content = bytearray(archive({"rows.jsonl": lines}))
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(content)
    with read_records(tmp_path / "a.zip" / "rows.jsonl") as reader:
        *kept, told = reader
    assert len(kept) > 1_000 and isinstance(told, Rejection) and "damaged" in told.reason


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\ninstruction;output\nq0;a0\nq1;a1\nq2;a2\n",
        b'\xef\xbb\xbf"sep=;"\r\ninstruction;output\r\nq0;a0\r\nq1;a1\r\nq2;a2\r\n',
        b"sep=|\r\ninstruction|output\r\nq0|a0\r\nq1|a1\r\nq2|a2\r\n",
        "sep=\t\ninstruction\toutput\nq0\ta0\nq1\ta1\nq2\ta2\n".encode("utf-16"),
        b"instruction,output\rq0,a0\rq1,a1\rq2,a2\r",
        b"\r\n\r\ninstruction;output\r\n\r\nq0;a0\r\n;\r\nq1;a1\r\n\r\nq2;a2\r\n;\r\n",
        b"\xef\xbb\xbfinstruction\toutput\nq0\ta0\nq1\ta1\nq2\ta2\n",
    ],
)
@pytest.mark.parametrize("name", ["rows.csv", "rows.txt", "rows"])
def test_tables_as_excel_writes_them(content: bytes, name: str, tmp_path: Path) -> None:
    assert read(tmp_path / name, content) == [Record(number, row) for number, row in enumerate(PAIRS, 1)]


def test_plain_quotes_of_a_table_with_tabs_stay(tmp_path: Path) -> None:
    rows = [{"instruction": '"Yes" means', "output": 'no "doubt"'}, {"instruction": '"open', "output": "a"}]
    lines = "instruction\toutput\n" + "".join(f"{row['instruction']}\t{row['output']}\n" for row in rows)
    assert fields_of(read(tmp_path / "rows.tsv", lines.encode())) == rows


def test_words_for_nothing_are_text_in_a_table(tmp_path: Path) -> None:
    words = ["None", "NA", "null", "N/A", "NULL", "-", "0", " "]
    content = "instruction,output\n" + "".join(f"q,{word}\n" for word in words)
    assert [each["output"] for each in fields_of(read(tmp_path / "rows.csv", content.encode()))] == words


def test_what_save_to_disk_writes_is_read(tmp_path: Path) -> None:
    datasets.Dataset.from_list(PAIRS).save_to_disk(str(tmp_path / "kept"))
    (file,) = found_files(str(tmp_path / "kept"))
    assert file.shown_name == "kept/data-00000-of-00001.arrow"
    assert file.notes == ("Skipped in kept: dataset_info.json, state.json.",)
    with read_records(file.path) as reader:
        assert fields_of(list(reader)) == PAIRS


def test_the_sheet_and_the_line_with_known_names_are_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["My questions"], ["question", "answer"], ["q", "a"]]
    (tmp_path / "book.xlsx").write_bytes(workbook(About=[["Read me"], ["by me"]], Data=rows))
    with read_records(tmp_path / "book.xlsx") as reader:
        assert [each.fields for each in reader if isinstance(each, Record)] == [{"question": "q", "answer": "a"}]
        assert reader.notes == ("book.xlsx: only the sheet “Data” was read, not “About”.",)


def test_a_sheet_can_be_chosen(tmp_path: Path) -> None:
    first, second = [["question", "answer"], ["q", "a"]], [["By us"], ["question", "answer"], ["r", 0.1 + 0.2]]
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(Train=first, Notes=[["x"]], Test=second))
    seen = preview(path)
    assert seen.lists == ("Train", "Test")
    assert seen.notes == (
        "book.xlsx: only the sheet “Train” was read, not “Notes”, “Test”: choose another with --list.",
    )
    chosen = preview(path, choices=ReadingChoices(list_name="Test"))
    assert [(row.instruction, row.output) for row in chosen.rows] == [("r", "0.3")]
    with pytest.raises(InputError, match=r"no sheet “Notes” with rows\. Choose from Train, Test"):
        preview(path, choices=ReadingChoices(list_name="Notes"))
