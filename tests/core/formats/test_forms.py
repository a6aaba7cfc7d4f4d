"""The same rows in every form of file, plain and compressed; and files that are not what their name says."""

import bz2
import csv
import gzip
import io
import json
from pathlib import Path

import pandas as pd
import pytest
import zstandard

from core.errors import InputError
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection

ROWS = [
    {"instruction": "Say “hello”, twice;\nin two lines.", "input": "", "output": 'hello\n"hello", 東京 🙂'},
    {"instruction": "tab\there", "input": "given | text", "output": "b\\n not a line end"},
]


def table(delimiter: str, rows: list[dict] = ROWS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet(rows: list[dict] = ROWS) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(rows).to_parquet(stream)
    return stream.getvalue()


FORMS = {
    "rows.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    "windows.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in ROWS).encode(),
    "array.json": json.dumps(ROWS).encode(),
    "pretty.json": json.dumps(ROWS, indent=2, ensure_ascii=False).encode(),
    "one-a-line.json": ("[\n" + ",\n".join(json.dumps(row) for row in ROWS) + "\n]\n").encode(),
    "held.json": json.dumps({"version": 1, "about": {"by": ["me"]}, "data": ROWS}).encode(),
    "held-pretty.json": json.dumps({"version": 1, "data": ROWS, "end": [1]}, indent=1).encode(),
    "one-after-the-other.json": "\n".join(json.dumps(row, indent=2) for row in ROWS).encode(),
    "lines.json": "\n".join(json.dumps(row) for row in ROWS).encode(),
    "rows.csv": table(","),
    "semicolons.csv": table(";"),
    "rows.tsv": table("\t"),
    "rows.parquet": parquet(),
}
PACKINGS = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress, ".bz2": bz2.compress}


def read(path: Path, content: bytes) -> list[Record | Rejection]:
    path.write_bytes(content)
    with read_records(path) as reader:
        return list(reader)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_rows(name: str, packing: str, tmp_path: Path) -> None:
    found = read(tmp_path / (name + packing), PACKINGS[packing](FORMS[name]))
    assert [each.fields for each in found if isinstance(each, Record)] == ROWS
    assert [each.number for each in found if isinstance(each, Record)] == [1, 2]


@pytest.mark.parametrize("name", FORMS)
def test_content_tells_the_form_where_the_name_does_not(name: str, tmp_path: Path) -> None:
    found = read(tmp_path / "data", gzip.compress(FORMS[name], mtime=0))
    assert [each.fields for each in found if isinstance(each, Record)] == ROWS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["windows.jsonl", "pretty.json", "rows.csv"])
def test_unicode_in_other_encodings_is_read(name: str, encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path / name, FORMS[name].decode().encode(encoding))
    assert [each.fields for each in found if isinstance(each, Record)] == ROWS


def test_a_conversation_in_one_line_is_a_row_not_a_list_of_rows(tmp_path: Path) -> None:
    row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    for text in (json.dumps(row), json.dumps(row, indent=2)):
        (found,) = read(tmp_path / "one.json", text.encode())
        assert isinstance(found, Record)
        assert found.fields == row


def test_numbers_are_those_of_lines_in_jsonl_and_of_rows_elsewhere(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.jsonl", b'\n\n{"a": 1}\n')
    assert found == Record(3, {"a": 1})
    (found,) = read(tmp_path / "a.csv", b"\n\na,b\n\n1,2\n")
    assert found == Record(1, {"a": "1", "b": "2"})


def test_progress_reaches_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(FORMS["rows.jsonl"] * 10_000, mtime=0))
    with read_records(path) as reader:
        next(reader)
        begun = reader.bytes_read
        for _ in reader:
            pass
        assert 0 < begun <= reader.bytes_read == path.stat().st_size


def _refused(tmp_path: Path, name: str, content: bytes) -> str:
    with pytest.raises(InputError) as raised:
        read(tmp_path / name, content)
    assert raised.value.where == name
    assert raised.value.mend
    return raised.value.what


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.jsonl", b"", "empty"),
        ("blank.jsonl", b" \n\n ", "white space"),
        ("binary.jsonl", bytes(range(256)) * 40, "binary"),
        ("zeros.jsonl", bytes(4096), "binary"),
        ("picture.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(100), "an image"),
        ("book.csv", b"PK\x03\x04" + bytes(100), "ZIP"),
        ("page.json", b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        ("pointer.parquet", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS pointer"),
        ("cut.parquet", parquet()[:-20], "damaged or incomplete"),
        ("prose.txt", b"It was a dark night.\nThe end.\n", "no turns of a user and an assistant"),
        ("cut.jsonl.gz", gzip.compress(b"x" * 100, mtime=0)[:9], "truncated"),
        ("wrong.jsonl.gz", gzip.compress(b"", mtime=0)[:10] + b"\xff" * 50, "damaged"),
        ("wrong.jsonl.zst", b"\x28\xb5\x2f\xfd" + b"\xff" * 50, "damaged"),
    ],
)
def test_a_file_that_is_no_data_is_told_what_it_is(name: str, content: bytes, what: str, tmp_path: Path) -> None:
    assert what in _refused(tmp_path, name, content)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="File not found"):
        read_records(tmp_path / "nowhere.jsonl")
    with pytest.raises(InputError, match="folder"):
        read_records(tmp_path)
    with pytest.raises(InputError, match="regular file"):
        read_records(Path("/dev/zero"))


def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret.jsonl"
    path.write_bytes(FORMS["rows.jsonl"])
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        with pytest.raises(InputError, match="not allowed"):
            read_records(path)
    else:
        pytest.skip("this user may read every file")


@pytest.mark.parametrize("packing", [".gz", ".zst"])
@pytest.mark.parametrize("name", ["rows.jsonl", "array.json", "rows.csv"])
def test_a_compressed_file_cut_off_keeps_the_rows_before(name: str, packing: str, tmp_path: Path) -> None:
    rows = [
        {"instruction": f"question {i * i * 7919}", "input": "", "output": f"answer {i * 104729}"} for i in range(9000)
    ]
    content = {
        "rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "array.json": json.dumps(rows).encode(),
        "rows.csv": table(",", rows),
    }[name]
    whole = PACKINGS[packing](content)
    *good, last = read(tmp_path / (name + packing), whole[: int(len(whole) * 0.8)])
    assert [each.fields for each in good if isinstance(each, Record)] == rows[: len(good)]
    assert 1000 < len(good) < len(rows)
    assert isinstance(last, Rejection)
    assert "truncated" in last.reason
    assert f"row {len(good):,}" in last.reason


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    lines = FORMS["rows.jsonl"].splitlines(keepends=True)
    found = read(tmp_path / "a.jsonl.gz", b"".join(gzip.compress(line, mtime=0) for line in lines) + bytes(512))
    assert [each.fields for each in found if isinstance(each, Record)] == ROWS
