"""JSON and JSON Lines with faults in them: each row that is refused is named, and the others are kept."""

import gzip
import json

import pytest
import zstandard

from tests.core.formats.conftest import Load, refusal

GOOD, OTHER = {"instruction": "q", "output": "a"}, {"instruction": "q2", "output": "a2"}
KEPT = [("q", "a"), ("q2", "a2")]


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"instruction": "x", "output": "y"', "The JSON is truncated."),
        (b'{"instruction": "x" "output": "y"}', "A comma or closing bracket is missing at character 21."),
        (b"{'instruction': 'x', 'output': y}", "This is Python syntax, not JSON (at character 2)."),
        (b'{"instruction": "x", "output": "a\tb"}', "A tab in a string is not escaped at character 34."),
        (b'["instruction", "output"]', "The line is a list, not an object with columns."),
        (b'{"instruction": "x", "output": "y", "output": "z"}', "The column “output” occurs twice."),
        (b'{"instruction": "x", "output": "y", "output" : "z"}', "The column “output” occurs twice."),
        (b'{"instruction" : "x", "output" : "y", "output"\t: "z"}', "The column “output” occurs twice."),
        (b'{"instruction": "x", "output": "y", "\\\\": 1, "\\\\": 2}', "The column “\\” occurs twice."),
        (b'{"instruction": "x", "output": "y", "meta": {"a": 1, "a": 2}}', "The column “a” occurs twice."),
        (b'{"instruction": "x", "output": "\\ud83d"}', "The column “output” has half a surrogate pair (\\ud83d) at "),
        (b'{"instruction": "x", "output": "b\\u0000"}', "The column “output” has a NUL byte at character 2."),
        (
            b'{"instruction": "\xc3\xa9, \xc3\xa9", "output": "caf\xe9"}',
            "The column “output” has the byte 0xE9 at character 4, which",
        ),
        (b'{"instruction": "x", "output": ' + b"9" * 5000 + b"}", "A number has too many digits."),
        (b'{"instruction": "x", "output": {"parts of": "y"}}', "The column “output” has an object instead of text."),
        (b'{"instruction": "", "output": "y"}', "The instruction is empty (column “instruction”)."),
        (b'{"instruction": "x", "output": " \\n"}', "The response is empty (column “output”)."),
        (b'{"question": "x", "note": "y"}', "There is no column “instruction”; the row has: “question”, "),
        (
            b'{"instruction": "x", "output": "y", "o": ' + b"[" * 900 + b"]" * 900 + b"}",
            "The JSON is nested too deeply",
        ),
        (b'{"instruction": "x", "output": "y", "o": ' + b"[" * 100_000, "The JSON is nested too deeply"),
        (b"\0" * 30, "There is no valid JSON value at character 1."),
    ],
)
def test_one_bad_line_is_told_and_the_others_are_kept(load: Load, broken: bytes, reason: str) -> None:
    found = load("rows.jsonl", lines(GOOD) + broken + b"\n" + lines(OTHER))
    assert found.pairs == KEPT
    (told,) = found.told
    assert told.startswith(f"row 2: {reason}")


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_cut_in_the_middle_keeps_what_stands_before(load: Load, indent: int | None) -> None:
    found = load("rows.json", json.dumps([GOOD, OTHER, GOOD], indent=indent).encode()[:-20])
    assert found.pairs == KEPT
    assert found.told == ["row 3: The file is truncated after row 2."]


def test_a_bad_element_of_a_written_out_array_is_passed_over(load: Load) -> None:
    content = json.dumps([GOOD, {"instruction": "x", "output": "y"}, OTHER], indent=1).replace('"y"', '"y')
    found = load("rows.json", content.encode())
    assert found.pairs == KEPT
    assert found.told == ["row 2: A line end in a string is not escaped at character 39."]


def test_elements_that_are_no_objects_are_told(load: Load) -> None:
    content = json.dumps([GOOD, None, "text", [GOOD], 7]).encode()[:-1] + b"," + b"[" * 600 + b"]" * 600 + b"]"
    found = load("rows.json", content)
    assert found.pairs == KEPT[:1]
    assert found.told == [f"row {row}: The element is not an object with columns." for row in range(2, 7)]


def test_each_of_many_elements_in_one_line_is_told(load: Load) -> None:
    found = load("rows.json", json.dumps([GOOD]).encode()[:-1] + b"," + b'""' * 100_000 + b"]")
    assert found.pairs == KEPT[:1] and len(found.told) == 100_000


@pytest.mark.parametrize("after", [json.dumps([OTHER]), json.dumps(OTHER), "\n\n" + json.dumps([OTHER]) + "\n"])
def test_what_follows_the_end_of_an_array_is_read_too(load: Load, after: str) -> None:
    assert load("rows.json", json.dumps([GOOD]).encode() + after.encode()).pairs == KEPT


def test_lines_after_a_list_are_lines(load: Load) -> None:
    found = load("rows.jsonl", b'["one"]\n' + lines(GOOD, OTHER))
    assert found.pairs == KEPT
    assert found.told == ["row 1: The line is a list, not an object with columns."]


def test_a_row_that_holds_a_list_of_objects_is_a_row(load: Load) -> None:
    assert load("rows.jsonl", lines(GOOD | {"sources": [{"page": 1}]})).pairs == KEPT[:1]


def test_brackets_that_never_end_are_refused(load: Load) -> None:
    assert "nested too deeply" in refusal(load, "bomb.json", b"[" * 1_000_000)
    assert "nested too deeply" in refusal(load, "bomb.jsonl", b'{"a":' * 1_000_000)


def test_byte_order_marks_change_nothing(load: Load) -> None:
    mark = b"\xef\xbb\xbf"
    assert load("marked.jsonl", mark + lines(GOOD) + mark + lines(OTHER)).pairs == KEPT


def test_several_encodings_in_one_file_refuse_only_their_rows(load: Load) -> None:
    row = {"instruction": "é", "output": "a"}
    text = json.dumps(row, ensure_ascii=False) + "\n"
    first = json.dumps(GOOD | {"more": "é, é"}, ensure_ascii=False) + "\n"
    broken = text.encode("latin-1") + text.encode("utf-16-le") + b"\n"
    found = load("mixed.jsonl", first.encode() + broken + lines(OTHER))
    assert found.pairs == KEPT
    assert ("0xE9" in found.told[0] and "Latin-1" in found.told[0]) or "Windows-1252" in found.told[0]
    assert len(found.told) >= 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-le"])
def test_an_invalid_character_of_a_wide_encoding_refuses_only_its_row(load: Load, encoding: str) -> None:
    width = int(encoding[4:6]) // 8
    start, end = (text.encode(encoding) for text in ('{"instruction": "x", "output": "y', '"}\n'))
    broken = start + b"\x3d\xd8\0\0"[:width] + end
    first, last = (lines(row).decode().encode(encoding) for row in (GOOD, OTHER))
    found = load("wide.jsonl", "\ufeff".encode(encoding) + first + broken + last)
    assert found.pairs == KEPT
    assert found.told == ["row 2: The column “output” has half a surrogate pair (\\ud83d) at character 2."]


def test_code_points_beyond_unicode_refuse_only_their_row(load: Load) -> None:
    wide = [line.decode().encode("utf-32-le") for line in (lines(GOOD), lines(OTHER))]
    found = load("wide.jsonl", b"\xff\xfe\0\0" + wide[0] + b"\xff\xff\xff\x7f\n\0\0\0" + wide[1])
    assert found.pairs == KEPT
    assert len(found.told) == 1 and found.told[0].startswith("row 2:")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0"])
def test_a_file_with_nothing_but_a_byte_order_mark_has_no_rows(load: Load, mark: bytes) -> None:
    assert refusal(load, "mark.jsonl", mark) == "The file contains only white space."


def test_long_whole_numbers_keep_their_digits(load: Load) -> None:
    content = b'{"instruction": "2^64+1", "output": 18446744073709551617, "ids": [' + b"7" * 40 + b"]}"
    (row,) = load("rows.jsonl", content).rows
    assert row.output == "18446744073709551617"
    assert row.extra == '{"ids":[' + "7" * 40 + "]}"


def test_ten_megabytes_in_one_cell_refuse_that_row_only(load: Load) -> None:
    found = load("rows.jsonl", lines(GOOD, {"instruction": "x", "output": "y" * 10_000_000}, OTHER))
    assert found.pairs == KEPT
    assert found.told == ["row 2: The column “output” has 10,000,000 characters (maximum 1,000,000)."]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_damage_inside_a_compressed_file_keeps_the_rows_before(load: Load, pack) -> None:  # type: ignore[no-untyped-def]
    rows = [{"instruction": f"question {i * i * 7919}", "output": f"answer {i * 104_729}"} for i in range(20_000)]
    packed = pack(lines(*rows))
    found = load("rows.jsonl." + ("gz" if pack is gzip.compress else "zst"), packed[: len(packed) // 2] + b"\xff" * 99)
    assert 0 < len(found.pairs) < len(rows)
    assert found.pairs == [(row["instruction"], row["output"]) for row in rows[: len(found.pairs)]]
    (told,) = found.told
    assert "damaged" in told or "truncated" in told
    assert f"It was read up to row {len(found.pairs):,}." in told


def test_half_a_pair_alone_in_a_file_is_refused_and_no_other_encoding(load: Load) -> None:
    broken = json.dumps(OTHER | {"output": "\ud800"}, ensure_ascii=False).encode(errors="surrogatepass")
    found = load("half.jsonl", lines(GOOD) + broken + b"\n")
    assert found.pairs == KEPT[:1] and len(found.told) == 1
