"""Curated rows leave as they were kept: every layout loads again unchanged, and the same rows give the same bytes."""

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.loading import load_files
from core.errors import StorageFull, StudioError
from core.export import ExportOptions, ExportRow, Layout, fits_alpaca, write_export
from core.export.archive import write_archive
from core.export.layouts import with_older
from core.formats.parse import to_row
from core.formats.preview import known_columns
from core.formats.reader import read_records
from core.formats.record import Record
from core.progress import Cancelled, Silent
from core.rows.row import Message, Row, clean_text, row_from_messages
from core.sources.source_file import SourceFile
from core.store import Store
from core.values import read
from tests.small_disk import mounted

PAIR = Row("Name a prime.", "", "Seven: “7”,\nand nothing else.", extra='{"fault":"none","n":3}')
CHAT = row_from_messages(
    [
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", "Hello"),
        Message("user", "2+2?"),
        Message("assistant", "4"),
    ]
)
TOOLS = row_from_messages(
    [
        Message("user", "Time?"),
        Message("assistant", "clock()"),
        Message("tool", "12:00"),
        Message("assistant", "Noon."),
        Message("user", "Thanks"),
    ]
)

word = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30).map(
    lambda text: clean_text(text) or "x"
)
turn_pairs = st.lists(st.tuples(word, word), min_size=1, max_size=3)


@st.composite
def conversations(draw: st.DrawFn) -> Row:
    turns = [Message("system", draw(word))] if draw(st.booleans()) else []
    for asked, answered in draw(turn_pairs):
        turns += [Message("user", asked), Message("assistant", answered)]
    return row_from_messages(turns)


rows = st.lists(
    st.one_of(st.builds(Row, word, st.one_of(st.just(""), word), word), conversations()), min_size=1, max_size=12
)


def write(path: Path, options: ExportOptions, chosen: list[Row], **scores: float) -> bytes:
    written = write_export(path, options, [ExportRow(row, "pairs", scores) for row in chosen], len(chosen))
    content = path.read_bytes()
    assert (written.rows, written.size_bytes) == (len(chosen), len(content))
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    return content


def load_again(path: Path) -> list[Row]:
    with read_records(path) as reader:
        records = [each for each in reader if isinstance(each, Record)]
    columns = known_columns(tuple(records), [], path.name)
    loaded = [to_row(record, columns, path.name) for record in records]
    return [each for each in loaded if isinstance(each, Row)]


@pytest.mark.parametrize("layout", list(Layout))
@settings(max_examples=60)
@given(chosen=rows)
def test_what_is_exported_loads_again_with_the_same_keys(
    layout: Layout, chosen: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / f"rows{layout.suffix}"
    write(path, ExportOptions(layout), chosen)
    assert [row.key for row in load_again(path)] == [row.key for row in chosen]


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize(
    "odd",
    [
        Row("What does pandas write for a missing value?", "nan", "NaN"),
        Row("NaN", "", "nan"),
        Row("a\x85b\u2028c", "d\x0be\x0cf\tg", 'g\n\n"h",'),
        row_from_messages([Message("system", "nan"), Message("user", "a"), Message("assistant", "b")]),
        CHAT,
    ],
)
def test_an_odd_row_after_many_plain_ones_loads_again_with_its_key(layout: Layout, odd: Row, tmp_path: Path) -> None:
    chosen = [*(Row(f"question {i}", "", "a") for i in range(60)), odd]
    path = tmp_path / f"rows{layout.suffix}"
    write(path, ExportOptions(layout, extra=True), chosen)
    with Store.open(tmp_path / "studio.duckdb") as store:
        report = load_files(store, "again", [SourceFile(path, path.name)], None, Silent())
        loaded = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
    assert [row.key for row in loaded] == [row.key for row in chosen]


turns_of_any_kind = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant", "tool"]), st.one_of(st.just(""), word)),
    max_size=6,
)


@pytest.mark.parametrize("layout", list(Layout))
@settings(max_examples=40)
@given(turns=turns_of_any_kind)
def test_turns_in_any_order_load_again_or_are_counted_as_flattened(
    layout: Layout, turns: list[Message], tmp_path_factory: pytest.TempPathFactory
) -> None:
    turns = [turn for turn in turns if turn.content or turn.role != "system"]
    turns += [Message("user", "q"), Message("assistant", "a")]
    row = row_from_messages(turns)
    path = tmp_path_factory.mktemp("turns") / f"rows{layout.suffix}"
    options = ExportOptions(layout)
    flattened = write_export(path, options, [ExportRow(row)], 1).flattened
    assert flattened == (layout is Layout.ALPACA and not fits_alpaca(row))
    assert flattened or [each.key for each in load_again(path)] == [row.key]


def test_a_last_question_without_text_is_not_for_alpaca() -> None:
    turns = [Message("user", "a"), Message("assistant", "b"), Message("user", ""), Message("assistant", "c")]
    assert not fits_alpaca(row_from_messages(turns))


@pytest.mark.parametrize("layout", list(Layout))
def test_the_same_rows_give_the_same_bytes(layout: Layout, tmp_path: Path) -> None:
    options = ExportOptions(layout, extra=True, dataset=True, scores=("reward",))
    first, again = (write(tmp_path / name, options, [PAIR, CHAT, TOOLS], reward=0.1 + 0.2) for name in ("a", "b"))
    assert first == again


def test_alpaca_is_one_json_object_a_line_with_conversations_as_system_and_history(tmp_path: Path) -> None:
    lines = write(tmp_path / "a.jsonl", ExportOptions(), [PAIR, CHAT]).decode().splitlines()
    assert json.loads(lines[0]) == {
        "instruction": PAIR.instruction, "input": "", "output": PAIR.output, "system": "", "history": [],
    }  # fmt: skip
    assert json.loads(lines[1]) == {
        "instruction": "2+2?", "input": "", "output": "4", "system": "Be brief.", "history": [["Hi", "Hello"]],
    }  # fmt: skip


def test_a_conversation_that_alpaca_can_not_hold_is_counted(tmp_path: Path) -> None:
    assert fits_alpaca(CHAT) and not fits_alpaca(TOOLS)
    path = tmp_path / "a.jsonl"
    assert write_export(path, ExportOptions(), [ExportRow(CHAT), ExportRow(TOOLS)], 2).flattened == 1
    assert write_export(path, ExportOptions(Layout.MESSAGES), [ExportRow(TOOLS)], 1).flattened == 0


def test_messages_and_sharegpt_keep_every_turn(tmp_path: Path) -> None:
    messages = json.loads(write(tmp_path / "m.jsonl", ExportOptions(Layout.MESSAGES), [TOOLS]))
    assert [turn["role"] for turn in messages["messages"]] == ["user", "assistant", "tool", "assistant", "user"]
    turns = json.loads(write(tmp_path / "s.jsonl", ExportOptions(Layout.SHAREGPT), [CHAT]))["conversations"]
    assert [turn["from"] for turn in turns] == ["system", "human", "gpt", "human", "gpt"]


def test_chosen_columns_go_along_and_never_overwrite_a_rows_own(tmp_path: Path) -> None:
    row = Row("q", "", "a", extra='{"output":"not this","source_dataset":"nor this","tag":["x"]}')
    options = ExportOptions(extra=True, dataset=True, scores=("reward", "mtld"))
    assert json.loads(write(tmp_path / "a.jsonl", options, [row], reward=1.5)) == {
        "instruction": "q", "input": "", "output": "a", "source_dataset": "pairs", "score_reward": 1.5,
        "score_mtld": None, "other": row.extra,
    }  # fmt: skip


def test_tables_have_the_same_columns_in_every_row(tmp_path: Path) -> None:
    options = {"extra": True, "dataset": True, "scores": ("reward",)}
    write(tmp_path / "t.csv", ExportOptions(Layout.CSV, **options), [CHAT, PAIR], reward=2.0)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert (lines[1]["output"], lines[1]["score_reward"]) == (PAIR.output, "2.0")
    assert json.loads(lines[1]["other"]) == {"fault": "none", "n": 3}
    write(tmp_path / "t.parquet", ExportOptions(Layout.PARQUET, **options), [CHAT, PAIR], reward=2.0)
    table = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert list(table[0]) == list(lines[0])
    assert (table[0]["messages"], table[1]["score_reward"]) == (CHAT.messages, 2.0)


@pytest.mark.parametrize("layout", list(Layout))
def test_a_lone_surrogate_in_another_column_does_not_stop_the_export(layout: Layout, tmp_path: Path) -> None:
    row = Row("q", "", "a", extra='{"broken":"\\ud83d"}')
    content = write(tmp_path / "rows", ExportOptions(layout, extra=True), [row])
    assert layout is Layout.PARQUET or b"ud83d" in content


def test_a_parquet_file_without_rows_can_be_opened(tmp_path: Path) -> None:
    write(tmp_path / "none.parquet", ExportOptions(Layout.PARQUET), [])
    assert pq.read_table(tmp_path / "none.parquet").column_names == ["instruction", "input", "output", "messages"]


class CancelAtOnce:
    def update(self, done: int, total: int, message: str = "") -> None:
        raise Cancelled


def test_a_cancelled_export_leaves_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    before = write(path, ExportOptions(), [PAIR])
    with pytest.raises(Cancelled):
        write_export(path, ExportOptions(), [ExportRow(CHAT)] * 2000, 2000, CancelAtOnce())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    with mounted(tmp_path / "small", "256k") as folder:
        yield folder


@pytest.mark.parametrize("layout", list(Layout))
def test_a_full_disk_is_said_and_leaves_nothing_half_written(layout: Layout, small_disk: Path) -> None:
    incompressible = [Row(f"q{i}", "", os.urandom(2000).hex()) for i in range(500)]
    with pytest.raises(StorageFull, match="No space left"):
        write(small_disk / f"rows{layout.suffix}", ExportOptions(layout), incompressible)
    assert list(small_disk.iterdir()) == []


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StudioError, match="cannot be written") as told:
        write_export(tmp_path / "file" / "rows.jsonl", ExportOptions(), [ExportRow(PAIR)], 1)
    assert "rows.jsonl" in told.value.where


def test_an_archive_of_the_same_files_has_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    write(file, ExportOptions(), [PAIR])
    first = write_archive(tmp_path / "a.zip", [file]).read_bytes()
    os.utime(file, (0, 0))
    assert write_archive(tmp_path / "b.zip", [file]).read_bytes() == first


def test_a_file_of_an_older_manifest_is_made_as_it_was(tmp_path: Path) -> None:
    def lines(layout: Layout, *rows: Row) -> list[str]:
        options = read(
            ExportOptions, with_older({"layout": str(layout), "extra": True, "dataset": False, "scores": []})
        )
        return write(tmp_path / "rows", options, list(rows)).decode().splitlines()

    plain = '{"instruction": "q", "input": "", "output": "a", "tag": ["x"]}'
    chat = '"output": "4", "system": "Be brief.", "history": [["Hi", "Hello"]]}'
    first, second = lines(Layout.ALPACA, Row("q", "", "a", extra='{"output":"not this","tag":["x"]}'), CHAT)
    assert first == plain and second.endswith(chat)
    assert '{"from": "tool", "value": "12:00"}' in lines(Layout.SHAREGPT, TOOLS)[0]
    assert lines(Layout.CSV, PAIR)[0] == "instruction,input,output,messages,other"
    assert lines(Layout.CSV, PAIR)[-1].endswith('"{""fault"": ""none"", ""n"": 3}"')
