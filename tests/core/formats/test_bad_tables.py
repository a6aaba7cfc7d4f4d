"""CSV and Parquet with faults in them: a row that does not fit is refused, not bent, and the others are kept."""

import csv
import datetime
import io
import zipfile
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.core.formats.conftest import Load, refusal

HEAD = b"instruction,output\n"


def table(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["instruction", "output"], *rows])
    return text.getvalue().encode()


def parquet(**columns: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_quoted_cells_may_hold_line_ends_delimiters_and_quotes(load: Load) -> None:
    rows = [("a\nb, c", 'He said "yes",\r\nthen; no.'), ('"', "x\n\n\ny")]
    found = load("rows.csv", table(rows))
    assert found.pairs == rows


def test_a_delimiter_outside_quotes_refuses_its_row(load: Load) -> None:
    found = load("rows.csv", HEAD + b"q,a\nq2,a, b\nq3,a3\n")
    assert found.pairs == [("q", "a"), ("q3", "a3")]
    assert found.told == ["row 2: The row (line 3) has 3 cells; the header has 2."]


@pytest.mark.parametrize("later", [b"", b'q4,"a4"\n', b'"q4","a ""b"" c"\n'])
def test_a_quote_that_is_never_closed_refuses_its_row_only(load: Load, later: bytes) -> None:
    found = load("rows.csv", HEAD + b'q,a\nbad,"x\nq2,a2\nq3,a3\n' + later)
    assert [instruction for instruction, _ in found.pairs] == ["q", "q2", "q3", *(["q4"] if later else [])]
    assert found.told == ["row 2: The quote opened in line 3 is not closed; the lines after it were read as rows."]


def test_prose_in_a_quote_that_is_never_closed_does_not_become_rows(load: Load) -> None:
    found = load("rows.csv", HEAD + b'q,a\nbad,"It begins\nand goes on\nto the end')
    assert found.pairs == [("q", "a")]
    assert found.told == ["row 2: The quote opened in line 3 is not closed, so lines up to 5 were not loaded."]


def test_a_million_characters_after_an_open_quote_do_not_stop_the_rest(load: Load) -> None:
    found = load("rows.csv", HEAD + b'bad,"x\n' + b"".join(b"q%d,a\n" % i for i in range(20_000)))
    assert len(found.pairs) == 20_000
    assert len(found.told) == 1


def test_a_quote_inside_a_quoted_cell_refuses_its_row(load: Load) -> None:
    found = load("rows.csv", HEAD + b'q,a\nbad,"say "yes" now"\nq2,a2\n')
    assert found.pairs == [("q", "a"), ("q2", "a2")]
    assert found.told[0].startswith("row 2: The quotes in line 3 do not match")


def test_words_for_nothing_in_a_table_are_text_and_only_an_empty_cell_is_empty(load: Load) -> None:
    found = load("rows.csv", b"instruction,input,output\nq,nan,NaN\nq2,None,null\nq3,,NA\nq4,,\n")
    assert [(row.input, row.output) for row in found.rows] == [("nan", "NaN"), ("None", "null"), ("", "NA")]
    assert found.told == ["row 4: The response is empty (column “output”)."]


def test_a_header_that_means_nothing_names_the_columns(load: Load) -> None:
    assert "the columns are “first”, “second”." in refusal(load, "rows.csv", b"first,second\n1,2\n")


def test_invalid_bytes_and_nul_refuse_their_rows(load: Load) -> None:
    found = load("rows.csv", HEAD + b"q,caf\xe9\nq2,a\0b\nq3,a3\n\xc3\xa9,\xc3\xa9\n")
    assert found.pairs == [("q3", "a3"), ("é", "é")]
    assert "0xE9" in found.told[0] and "“é”" in found.told[0]
    assert found.told[1] == "row 2: The column “output” has a NUL byte at character 2."


def test_a_table_of_control_characters_is_still_a_table(load: Load) -> None:
    assert load("rows.csv", HEAD + b"\x08\x01,\x1b\x02\n").pairs == [("\x08\x01", "\x1b\x02")]


def test_a_workbook_named_csv_is_told(load: Load) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(load, "book.csv", book.getvalue()).startswith("The workbook is damaged")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)
    assert refusal(load, "old.csv", old) == "This is an old Excel workbook (.xls)."


def test_missing_values_of_parquet_refuse_their_rows_only(load: Load) -> None:
    found = load(
        "rows.parquet",
        parquet(instruction=["q", "q2", None], input=pa.array([float("nan"), None, 1.5]), output=["a", None, "a3"]),
    )
    assert found.pairs == [("q", "a"), ("1.5", "a3")] and found.rows[0].input == ""
    assert [told[:6] for told in found.told] == ["row 2:"]


def test_objects_where_text_should_be_are_told(load: Load) -> None:
    content = parquet(instruction=["q", "q2"], output=pa.array([{"parts of": "a"}, None]))
    assert "The column “output” has an object instead of text." in refusal(load, "rows.parquet", content)


def test_columns_of_one_name_are_told_apart(load: Load) -> None:
    stream = io.BytesIO()
    names = ["instruction", "output", "output"]
    pq.write_table(pa.Table.from_arrays([pa.array(["q"]), pa.array(["a"]), pa.array(["b"])], names), stream)
    (row,) = load("rows.parquet", stream.getvalue()).rows
    assert (row.output, row.extra) == ("a", '{"output (2)":"b"}')


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.date32()])
def test_dates_after_the_year_9999_are_told(load: Load, kind: pa.DataType) -> None:
    days = pa.array([2**30, 0], kind)
    (first, second) = load("rows.parquet", parquet(instruction=["q", "q2"], output=["a", "a2"], day=days)).rows
    assert first.extra is not None and second.extra is not None
    found = load("days.parquet", parquet(instruction=["q", "q2"], output=pa.array([2**62, 0], pa.timestamp("us"))))
    assert found.told == ["row 1: The column “output” has an unreadable value."]
    assert found.pairs == [("q2", "1970-01-01T00:00:00")]


def test_invalid_text_in_parquet_refuses_its_row(load: Load) -> None:
    cells = pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff", b"fine"]).buffers())
    for output in (cells, cells.dictionary_encode()):
        found = load("rows.parquet", parquet(instruction=["q", "q2"], output=output))
        assert found.pairs == [("q2", "fine")]
        assert found.told[0].startswith("row 1: The column “output” has the byte 0xFF at character 1")


def test_tool_calls_with_dates_in_them_are_kept_as_json(load: Load) -> None:
    asked = {"role": "user", "content": "When?", "tool_calls": None}
    called = {"role": "assistant", "content": None, "tool_calls": [{"at": datetime.datetime(2020, 1, 1)}]}
    (row,) = load("rows.parquet", parquet(messages=[[asked, called]])).rows
    assert row.output == '[{"at": "2020-01-01 00:00:00"}]'


@pytest.mark.parametrize(
    "content",
    [
        "My data,,\nquestion,answer,\nq,a,\nq2,a2,\n",
        "# made by me\nquestion,answer\nq,a\nq2,a2\n",
        "  \nquestion,answer\nq,a\nq2,a2\n",
        "question,answer\nq,a,\nq2,a2,\n",
        'question, answer\n"q", "a"\n"q2", "a2"\n',
        "question,answers\nq,['a']\nq2,\"['a2' 'b']\"\n",
    ],
    ids=["a title", "a comment", "blanks", "delimiters at the end", "spaces after delimiters", "printed lists"],
)
def test_tables_as_people_write_them_are_read(load: Load, content: str) -> None:
    found = load("a.csv", content.encode())
    assert (found.pairs, found.told) == ([("q", "a"), ("q2", "a2")], [])


def test_lines_above_the_names_of_columns_are_told(load: Load) -> None:
    found = load("a.csv", b"My data\n\nquestion,answer\nq,a\n")
    assert "Skipped above the names of the columns: 2 lines." in found.report.notes


def test_quotes_after_backslashes_are_quotes_and_other_backslashes_stay(load: Load) -> None:
    found = load("a.csv", b'question,answer\n"say \\"q\\", now",C:\\new\nq2,a2\n')
    assert (found.pairs, found.told) == ([('say "q", now', "C:\\new"), ("q2", "a2")], [])
