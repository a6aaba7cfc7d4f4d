"""The layouts in which people keep instruction data, each as one file, as they stand in their own documentation."""

import json
from pathlib import Path

import pytest

from core.formats.columns import ColumnMap
from core.formats.guess import guess_columns
from core.formats.parse import to_row
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.rows.row import Message, Row
from core.values import read

QUESTION, GIVEN, ANSWER = "Name the capital.", "France", "Paris."
PAIRS = [
    ("instruction", "input", "output"),  # Alpaca
    ("instruction", "context", "response"),  # Dolly
    ("prompt", "context", "completion"),
    ("question", "context", "answer"),
    ("query", "input", "response"),
    ("Question", "Input Text", "Answer"),
    ("inputs", "context", "targets"),  # FLAN
    ("prompt", "input", "chosen"),  # preferences
]


def _rows(fields: list[dict], columns: ColumnMap | None = None) -> list[Row | Rejection]:
    records = [Record(number, each) for number, each in enumerate(fields, 1)]
    columns = columns or guess_columns(records)
    assert columns is not None
    return [to_row(record, columns, "file") for record in records]


def _row(fields: dict, columns: ColumnMap | None = None) -> Row:
    (row,) = _rows([fields], columns)
    assert isinstance(row, Row), row
    return row


@pytest.mark.parametrize(("instruction", "given", "output"), PAIRS)
def test_usual_names_of_pairs_are_known(instruction: str, given: str, output: str) -> None:
    row = _row({instruction: QUESTION, given: GIVEN, output: ANSWER})
    assert (row.instruction, row.input, row.output) == (QUESTION, GIVEN, ANSWER)


def test_input_alone_is_the_instruction() -> None:
    assert _row({"input": QUESTION, "output": ANSWER}) == Row(QUESTION, "", ANSWER)


def test_sharegpt_openai_and_alpaca_forms_of_one_pair_have_one_key() -> None:
    alpaca = _row({"instruction": QUESTION, "input": "", "output": ANSWER})
    sharegpt = _row({"conversations": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]})
    openai = _row({"messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}]})
    parts = [{"type": "text", "text": QUESTION}]
    in_parts = _row({"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": ANSWER}]})
    assert len({alpaca.key, sharegpt.key, openai.key, in_parts.key}) == 1


@pytest.mark.parametrize("speaker", ["gpt", "assistant", "chatgpt", "bard", "Assistant", "model"])
def test_every_usual_name_of_the_assistant_answers(speaker: str) -> None:
    row = _row({"conversations": [{"from": "user", "value": QUESTION}, {"from": speaker, "value": ANSWER}]})
    assert row.output == ANSWER


def test_all_turns_are_kept_and_the_last_answer_is_the_response() -> None:
    row = _row(
        {
            "id": "7",
            "conversations": [
                {"from": "system", "value": "Be short."},
                {"from": "human", "value": "One?"},
                {"from": "gpt", "value": "1"},
                {"from": "tool", "value": "2 is next"},
                {"from": "gpt", "value": "2"},
            ],
        }
    )
    assert row.output == "2"
    assert row.conversation == (
        Message("system", "Be short."),
        Message("user", "One?"),
        Message("assistant", "1"),
        Message("tool", "2 is next"),
        Message("assistant", "2"),
    )
    assert json.loads(row.extra or "") == {"id": "7"}


def test_conversation_is_found_under_any_name() -> None:
    row = _row({"talk": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}], "n": 1})
    assert row.output == ANSWER


def test_conversation_as_columns_of_turns_is_read() -> None:
    row = _row({"conversations": {"from": ["human", "gpt"], "value": [QUESTION, ANSWER]}})
    assert (row.instruction, row.output) == (QUESTION, ANSWER)


@pytest.mark.parametrize("write", [json.dumps, repr])
def test_conversation_as_text_in_a_table_cell_is_read(write) -> None:  # type: ignore[no-untyped-def]
    turns = [{"from": "human", "value": "It's “x”?"}, {"from": "gpt", "value": ANSWER}]
    assert _row({"conversations": write(turns)}).instruction == "It's “x”?"


def test_llama_factory_system_and_history_become_turns() -> None:
    row = _row(
        {
            "instruction": "And Italy?",
            "input": "",
            "output": "Rome.",
            "system": "Be short.",
            "history": [[QUESTION, ANSWER]],
        }
    )
    assert [(turn.role, turn.content) for turn in row.conversation] == [
        ("system", "Be short."),
        ("user", QUESTION),
        ("assistant", ANSWER),
        ("user", "And Italy?"),
        ("assistant", "Rome."),
    ]


def test_empty_system_and_history_leave_a_plain_pair() -> None:
    plain = {"instruction": QUESTION, "input": "", "output": ANSWER}
    assert _row(plain | {"system": "", "history": []}).key == _row(plain).key


def test_system_column_stands_before_a_conversation() -> None:
    turns = [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]
    row = _row({"conversations": turns, "system": "Be short."})
    assert row.conversation[0] == Message("system", "Be short.")


def test_turn_lists_as_prompt_and_completion_are_joined() -> None:
    row = _row(
        {
            "prompt": [{"role": "system", "content": "Be short."}, {"role": "user", "content": QUESTION}],
            "completion": [{"role": "assistant", "content": ANSWER}],
        },
        ColumnMap("pair", instruction="prompt", output="completion"),
    )
    assert [turn.role for turn in row.conversation] == ["system", "user", "assistant"]


def test_tool_calls_without_text_are_kept_as_json() -> None:
    row = _row(
        {
            "messages": [
                {"role": "user", "content": "Weather?"},
                {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "weather"}}]},
                {"role": "tool", "content": "rain"},
                {"role": "assistant", "content": "It rains."},
            ]
        }
    )
    called = row.conversation[1]
    assert (called.content, json.loads(called.text)) == ("", [{"function": {"name": "weather"}}])


def test_other_columns_stay_beside_the_row_in_one_form() -> None:
    one = _row({"instruction": QUESTION, "output": ANSWER, "id": "a", "score": 2, "none": None})
    other = _row({"score": 2, "id": "a", "output": ANSWER, "instruction": QUESTION, "nan": float("nan")})
    assert one.extra == other.extra == '{"id":"a","score":2}'
    assert one.key == other.key


def test_numbers_and_truth_values_become_text() -> None:
    row = _row({"instruction": 7, "input": 2.5, "output": True})
    assert (row.instruction, row.input, row.output) == ("7", "2.5", "true")


def test_an_empty_conversation_falls_back_to_the_pair_beside_it() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    rows = _rows(
        [
            {"instruction": "x", "input": "", "output": "b", "messages": turns},
            {"instruction": QUESTION, "input": "", "output": ANSWER, "messages": ""},
        ]
    )
    assert [row.instruction for row in rows if isinstance(row, Row)] == ["a", QUESTION]


def test_a_layout_chosen_by_hand_is_obeyed() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    fields = {"instruction": QUESTION, "input": "", "output": ANSWER, "messages": turns}
    chosen = ColumnMap("pair", instruction="instruction", output="output", conversation="messages")
    row = _row(fields, chosen)
    assert row.instruction == QUESTION
    assert json.loads(row.extra or "{}")["messages"] == turns


def test_columns_survive_their_way_through_json() -> None:
    columns = ColumnMap("messages", conversation="messages", system="system")
    assert read(ColumnMap, json.loads(json.dumps(columns.as_dict()))) == columns


def test_columns_without_meaning_are_not_guessed() -> None:
    assert guess_columns([Record(1, {"name": "x", "win_rate": 0.5})]) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"instruction": " ", "output": "b"}, "The instruction is empty (column “instruction”)."),
        ({"instruction": "a", "output": None}, "The response is empty (column “output”)."),
        ({"instruction": "a", "output": float("nan")}, "The response is empty (column “output”)."),
        ({"instruction": "a", "output": {"parts of": "b"}}, "The column “output” has an object instead of text."),
        ({"instruction": ["a", "c"], "output": "b"}, "The column “instruction” has a list instead of text."),
        ({"instruction": "a", "output": "b\0"}, "The column “output” has a NUL byte at character 2."),
        (
            {"instruction": "a", "output": "b" * 10_000_000},
            "The column “output” has 10,000,000 characters (maximum 1,000,000).",
        ),
        ({"instruction": "a", "response": "b"}, "There is no column “output”; the row has: “instruction”, "),
    ],
)
def test_a_cell_that_can_not_be_used_is_told_with_its_column(fields: dict, reason: str) -> None:
    (found,) = _rows([fields], ColumnMap("pair", instruction="instruction", output="output"))
    assert isinstance(found, Rejection)
    assert found.reason.startswith(reason)
    assert found.mend
    assert found.row == 1
    assert len(found.excerpt) < 300


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([{"from": "human", "value": "a"}], "the conversation has no assistant turn"),
        ([{"from": "gpt", "value": "a"}], "there is no user turn before the last assistant turn"),
        ([{"from": "human", "value": "a"}, {"from": "alien", "value": "b"}], "Turn 2"),
        ([{"from": "human", "value": "a"}, {"from": "gpt", "value": ""}], "The response"),
        ([{"from": "human", "value": ""}, {"from": "gpt", "value": "b"}], "The question is empty"),
        ([{"from": "human", "value": "a"}, {"from": "gpt", "value": {"a": 1}}], "an object instead of text"),
        ([{"from": "human", "value": "a"}, "b"], "is not a list of turns"),
        (
            [{"from": "human", "value": [{"type": "image_url", "image_url": "x"}]}, {"from": "gpt", "value": "b"}],
            "a part of the kind “image_url”",
        ),
    ],
)
def test_a_conversation_that_can_not_be_used_is_told(turns: list, reason: str) -> None:
    (found,) = _rows([{"conversations": turns}], ColumnMap("sharegpt", conversation="conversations"))
    assert isinstance(found, Rejection)
    assert reason in found.reason


def test_cells_nested_thousands_deep_are_refused(tmp_path: Path) -> None:
    deep: list = []
    for _ in range(5_000):
        deep = [deep]
    found = _rows(
        [{"instruction": "a", "output": "b", "other": deep}, {"instruction": deep, "output": "b"}],
        ColumnMap("pair", instruction="instruction", output="output"),
    )
    assert all(isinstance(each, Rejection) for each in found)


def test_the_projects_own_real_data_load_whole(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3].parent / "shared" / "datasets" / "train"
    if not folder.is_dir():
        pytest.skip("the folder shared/datasets is not beside this checkout")
    path = folder / "alpacaeval-alpaca-7b.jsonl"
    expected = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    records = list(read_records(path))
    rows = [row for row in _rows([r.fields for r in records if isinstance(r, Record)]) if isinstance(row, Row)]
    assert [row.output for row in rows] == [each["output"].strip() for each in expected if each["output"].strip()]
