"""Readers that take columns and types from the beginning of a file read all of it, whatever stands first."""

import json
from pathlib import Path

import datasets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.export import ExportOptions, ExportRow, Layout, Written, write_export
from core.rows.row import Message, Row, row_from_messages

PLAIN = [Row(f"Question {number}?", "", f"{number} " + "word " * 420) for number in range(5_500)]  # over 10 MB
SYSTEM = row_from_messages([Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello")])
CHAT = row_from_messages(
    [Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "Bye"), Message("assistant", "See you")]
)
CALL = [{"id": "c1", "type": "function", "function": {"name": "clock", "arguments": '{"zone": "UTC"}'}}]


def with_keys(**keys: object) -> Row:
    """A conversation whose answer has more keys than role and content."""
    turns = [{"role": "user", "content": "Time?"}, {"role": "assistant", "content": "Noon.", **keys}]
    return Row("Time?", "", "Noon.", json.dumps(turns, separators=(",", ":")))


def write(path: Path, options: ExportOptions, rows: list[ExportRow]) -> Written:
    return write_export(path, options, rows, len(rows))


def loaded(path: Path, cache: Path) -> datasets.Dataset:
    return datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(cache))


@pytest.mark.parametrize("late", [[SYSTEM], [CHAT], [SYSTEM, CHAT]], ids=["system", "history", "both"])
def test_an_alpaca_file_over_10_mb_loads_when_only_its_last_rows_are_conversations(
    late: list[Row], tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    written = write(path, ExportOptions(), [ExportRow(row) for row in (*PLAIN, *late)])
    assert written.size_bytes > 10 << 20
    rows = loaded(path, tmp_path / "cache")
    assert (len(rows), written.moved) == (len(PLAIN) + len(late), len(late))
    assert {"Be brief."} & set(rows["system"]) == ({"Be brief."} if SYSTEM in late else set())
    assert [pairs for pairs in rows["history"] if pairs] == ([[["Hi", "Hello"]]] if CHAT in late else [])


def test_a_score_that_only_late_rows_have_is_read(tmp_path: Path) -> None:
    rows = [ExportRow(row, "", {"reward": None}) for row in PLAIN] + [ExportRow(CHAT, "", {"reward": 1.5})]
    path = tmp_path / "rows.jsonl"
    write(path, ExportOptions(Layout.MESSAGES, scores=("reward",)), rows)
    assert [each for each in loaded(path, tmp_path / "cache")["score_reward"] if each is not None] == [1.5]


@pytest.mark.parametrize("layout", [Layout.MESSAGES, Layout.SHAREGPT, Layout.PROMPT_COMPLETION])
def test_keys_that_only_late_turns_have_are_read(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write(path, ExportOptions(layout), [ExportRow(row) for row in (*PLAIN, with_keys(weight=0, name="clock"))])
    rows = loaded(path, tmp_path / "cache")
    assert len(rows) == len(PLAIN) + 1
    turns = rows[0][{"messages": "messages", "sharegpt": "conversations"}.get(layout, "completion")]
    assert (turns[-1]["weight"], turns[-1]["name"]) == (0, "clock")


def test_the_order_stays_where_the_beginning_shows_all_types(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert write(path, ExportOptions(), [ExportRow(row) for row in (*PLAIN[:9], CHAT, *PLAIN[9:])]).moved == 0
    lines = path.read_text().splitlines()
    assert json.loads(lines[9])["history"] == [["Hi", "Hello"]]
    assert json.loads(lines[0])["instruction"] == "Question 0?"


def test_plain_pairs_get_no_columns_for_conversations(tmp_path: Path) -> None:
    assert write(tmp_path / "rows.jsonl", ExportOptions(), [ExportRow(PLAIN[0])]).columns == (
        "instruction", "input", "output",
    )  # fmt: skip


def test_arguments_of_two_kinds_become_text_in_every_row(tmp_path: Path) -> None:
    def calls(arguments: object) -> list:
        return [{"type": "function", "function": {"name": "clock", "arguments": arguments}}]

    path = tmp_path / "rows.jsonl"
    both = [with_keys(tool_calls=calls({"zone": 1})), with_keys(tool_calls=calls({"zone": "UTC"}))]
    write(path, ExportOptions(Layout.MESSAGES), [ExportRow(row) for row in both])
    found = [json.loads(line)["messages"][-1]["tool_calls"] for line in path.read_text().splitlines()]
    assert found == [calls('{"zone": 1}'), calls('{"zone": "UTC"}')]
    write(path, ExportOptions(Layout.MESSAGES), [ExportRow(both[0])])
    assert json.loads(path.read_text())["messages"][-1]["tool_calls"] == calls({"zone": 1})


def test_a_dataset_folder_keeps_the_turns_other_keys(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    options = ExportOptions(Layout.MESSAGES, hub=True)
    write(path, options, [ExportRow(PLAIN[0]), ExportRow(with_keys(tool_calls=CALL, weight=0.5))])
    rows = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
    turn = rows[1]["messages"][-1]
    assert (turn["tool_calls"], turn["weight"]) == (CALL, 0.5)


values = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-1, 1), st.text("ab", max_size=2))
keys = st.dictionaries(st.sampled_from(["name", "weight", "train"]), values, max_size=3)
of_any_keys = st.builds(lambda found: with_keys(**found), keys)


@pytest.mark.parametrize("layout", list(Layout))
@settings(max_examples=40)
@given(rows=st.lists(st.one_of(st.just(CHAT), st.just(SYSTEM), st.just(PLAIN[0]), of_any_keys), min_size=1, max_size=6))
def test_every_row_has_the_same_columns(
    layout: Layout, rows: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("uniform")
    path = folder / f"rows{layout.suffix}"
    written = write(path, ExportOptions(layout, extra=True), [ExportRow(row) for row in rows])
    if layout.suffix == ".jsonl":
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert {tuple(sorted(record)) for record in records} == {tuple(sorted(written.columns))}
        assert len(loaded(path, folder / "cache")) == len(rows)
