"""YAML is read as the same JSON would be; texts stay as they are written, and nothing in it can fill the memory."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formats.reader import read_records
from core.formats.record import Record
from core.sources.resolve import found_files
from tests.core.formats.conftest import Load, refusal

TWO, NUMBERS = [("q", "a"), ("r", "b")], [("q", "1.10"), ("r", "12:30")]
LIST = b"- instruction: q\n  output: |\n    two\n      lines\n- {instruction: r, output: no}\n"


@pytest.mark.parametrize(
    ("name", "content", "pairs"),
    [
        ("list.yaml", LIST, [("q", "two\n  lines"), ("r", "no")]),
        ("stream.yml", b"question: q\nanswer: 1.10\n---\nquestion: r\nanswer: 12:30\n...\n", NUMBERS),
        ("lists.yaml", b"version: 1\ntrain:\n- {question: q, answer: a}\n- question: r\n  answer: b\n", TWO),
        ("turns.yaml", b"- messages:\n  - {role: user, content: q}\n  - {role: assistant, content: a}\n", [("q", "a")]),
        ("named.yaml", b"one: {question: q, answer: a}\ntwo: {question: r, answer: b}\n", TWO),
        ("flow.yaml", b"[{question: q, answer: a}]", [("q", "a")]),
        ("json.yaml", b'[\n\t{"question": "q", "answer": "a"}\n]', [("q", "a")]),
        ("merged.yaml", b"- &a {question: q, answer: a}\n- {<<: *a, question: r}\n", [("q", "a"), ("r", "a")]),
        ("marked.yaml", "- question: grüße\n  answer: ä\n".encode("utf-16"), [("grüße", "ä")]),
        ("packed.yaml.gz", gzip.compress(LIST), [("q", "two\n  lines"), ("r", "no")]),
    ],
)  # fmt: skip
def test_rows_are_found_in_each_shape(load: Load, name: str, content: bytes, pairs: list[tuple[str, str]]) -> None:
    assert load(name, content).pairs == pairs


LAUGHS = "".join(
    f"{c}: &{c} [{', '.join([p] * 9)}]\n"
    for p, c in zip(["x", *(f"*{a}" for a in "abcdefghi")], "abcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LAUGHS, "64 MiB, with its aliases written out"),
        ("- &a {question: q, answer: *a}\n", "an alias without its value in line 1"),
        ("- " * 300 + "x", "more than 200 levels in line 1"),
        ("[" * 100_000, "The YAML"),
        ("question: : :\n", "The YAML is not valid in line 1"),
        ("# nothing\n", "The YAML has no values"),
        ("- question: q\n\tanswer: a\n", "The YAML is not valid in line 2"),
        ("just text", "neither JSON nor a table"),
        ("- question: !!python/object/apply:os.system ['rm', 'x']\n  answer: a\n", "a list instead of text"),
    ],
)
def test_what_is_no_data_is_refused_with_its_place(load: Load, content: str, told: str) -> None:
    assert told in refusal(load, "rows.yaml", content.encode())


def test_good_rows_around_a_fault_are_kept(load: Load) -> None:
    found = load(
        "rows.yaml", b"- question: q\n  answer: a\n- question: r\n  question: s\n- question: t\n  answer: b\n- x: }"
    )
    assert (found.pairs, found.told) == (
        [("q", "a"), ("t", "b")],
        [
            "row 2: The column “question” occurs twice.",
            "row 4: The YAML is not valid in line 7: did not find expected node content. It was read up to row 3.",
        ],
    )


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=9)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), words)


@given(
    rows=st.lists(
        st.dictionaries(st.text("abc_ é", min_size=1, max_size=4), scalars, min_size=1), min_size=1, max_size=4
    )
)
def test_what_is_written_as_yaml_is_read_again(rows: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    import yaml

    file = tmp_path_factory.mktemp("yaml") / "rows.yaml"
    file.write_text(
        yaml.safe_dump([{"question": "q", "answer": "a"} | row for row in rows], allow_unicode=True), "utf-8"
    )
    with read_records(file) as reader:
        read = [each.fields for each in reader if isinstance(each, Record)]
    assert read == [{"question": "q", "answer": "a"} | row for row in rows]


def test_yaml_and_text_of_a_folder_are_read_only_where_nothing_else_is(tmp_path: Path) -> None:
    for name in ("rows.yaml", "chat.txt", "README.md", "requirements.txt"):
        (tmp_path / name).write_text("x")
    assert [each.path.name for each in found_files(str(tmp_path))] == ["chat.txt", "rows.yaml"]
    (tmp_path / "rows.json").write_text(json.dumps([{"question": "q", "answer": "a"}]))
    (found,) = found_files(str(tmp_path))
    assert found.path.name == "rows.json" and "rows.yaml" in found.notes[0]
