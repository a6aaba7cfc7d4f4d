"""Further forms that people bring: trees in tables, chatbots' files, answers side by side, more templates and names."""

import json
from typing import Any

import pytest

from core.errors import InputError
from core.formats.choices import ReadingChoices
from core.formats.reader import read_records
from core.formats.record import Record
from tests.core.formats.conftest import Load


def lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def said(load: Load, name: str, content: bytes) -> list[list[str]]:
    return [[turn["content"] for turn in row.turns] for row in load(name, content).rows]


def message(name: str, parent: str | None, text: str, rank: int | None = None, tree: str = "t") -> dict[str, Any]:
    role = "prompter" if rank is None else "assistant"
    return {"message_id": name, "parent_id": parent, "text": text, "role": role, "rank": rank, "message_tree_id": tree}


TREE = [
    message("1", None, "q"), message("2", "1", "worse", 1), message("3", "1", "better", 0),
    message("4", "3", "r"), message("5", "4", "b", 0),
    message("6", None, "s", tree="u"), message("7", "6", "c", 0, "u"),
]  # fmt: skip


@pytest.mark.parametrize("left_out", ["", "message_tree_id"])
def test_messages_with_parents_are_trees_again(load: Load, tmp_path: Any, left_out: str) -> None:
    rows = [{name: cell for name, cell in each.items() if name != left_out} for each in TREE]
    assert said(load, "tree.jsonl", lines(*rows)) == [["q", "better", "r", "b"], ["s", "c"]]
    with read_records(tmp_path / "tree.jsonl", choices=ReadingChoices(paths="all")) as reader:
        assert len([each for each in reader if isinstance(each, Record)]) == 3


def test_a_message_without_a_place_in_its_tree_is_told(load: Load) -> None:
    found = load("tree.jsonl", lines(*TREE, message("8", "9", "x", tree="v"), message("9", "8", "y", 0, "v")))
    assert found.told == ["row 8: 2 messages of this tree: an id stands twice, or a message is below itself."]


def test_a_chatterbot_corpus_is_a_conversation_a_list(load: Load) -> None:
    content = "categories:\n- greetings\nconversations:\n- - q\n  - a\n- - r\n  - b\n  - s\n  - c\n"
    assert said(load, "greetings.yml", content.encode()) == [["q", "a"], ["r", "b", "s", "c"]]
    assert said(load, "two.json", b'{"categories": [], "conversations": [["q", "a"], ["r", "b"]]}') == [
        ["q", "a"], ["r", "b"]
    ]  # fmt: skip


def test_answers_under_their_questions_are_rows(load: Load) -> None:
    assert load("faq.json", b'{"What is it?": "This.", "Who?": "Me."}').pairs == [
        ("What is it?", "This."),
        ("Who?", "Me."),
    ]
    assert load("rows.json", b'{"0": {"q": "q", "a": "a"}, "1": {"q": "r", "a": "b"}}').pairs == [
        ("q", "a"),
        ("r", "b"),
    ]


def test_of_answers_side_by_side_the_best_is_the_response(load: Load) -> None:
    row = {"title": "q", "answers": {"text": ["low", "high"], "score": [1, 9]}}
    found = load("eli5.jsonl", lines(row))
    assert found.pairs == [("q", "high")]
    assert "the best by “score” is the response" in found.report.notes[0]
    picked = {"prompt": "q", "responses": ["low", "high"], "best_index": 1}
    assert load("picked.jsonl", lines(picked)).pairs == [("q", "high")]


def test_what_stands_beside_a_list_of_rows_is_told(load: Load) -> None:
    found = load("a.json", b'{"version": 1, "info": {"by": "me"}, "data": [{"question": "q", "answer": "a"}]}')
    assert found.report.notes == ("Not read beside the list “data”: version, info.by.",)


USER, ASSISTANT = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
LANGCHAIN = {"type": "human", "data": {"content": "q"}}


@pytest.mark.parametrize(
    "row",
    [
        {"conversation": [USER], "chosen": [USER, ASSISTANT]},
        {"conversation": [{"input": "q", "output": ""}], "chosen": [USER, ASSISTANT], "prompt": "q"},
        {"text": "Below is an instruction that describes a task.\n\n### Instruction:\nq\n\n### Response: a"},
        {"text": "<|start_of_role|>user<|end_of_role|>q<|end_of_text|><|start_of_role|>assistant<|end_of_role|>a"},
        {"text": "[|user|]q\n[|assistant|]a[|endofturn|]"},
        {"text": "<用户>q<AI>a"},
        {"text": "<|hy_User|>q<|hy_Assistant|>a"},
        {"text": "<|im_user|>user<|im_middle|>q<|im_end|><|im_assistant|>assistant<|im_middle|>a<|im_end|>"},
        {"text": "<user>q</user>\n<assistant>a</assistant>"},
        {"human_query": "q", "bot_answer": "a"},
        {"inputs_pretokenized": "q", "targets_pretokenized": "a", "inputs": [1], "targets": [2]},
        {"question": "q", "query": "a"},
        {"body": "q", "answer": "a"},
        {"theorem": "q", "proof": "a"},
        {"chat_history": [], "message": "q", "response": "a"},
        {"problem": "q", "deepseek_solution": "a"},
        {"system_prompt": "", "sql_prompt": "q", "sql": "a"},
        {"messages": [USER], "ground_truth": "a"},
        {"inputs": {"messages": [USER]}, "outputs": {"message": ASSISTANT}},
        {
            "inputs": {"input": [LANGCHAIN]},
            "outputs": {"generations": [[{"text": "a"}]]},
        },
    ],
)
def test_question_and_answer_are_found(load: Load, row: dict[str, Any]) -> None:
    assert said(load, "rows.jsonl", lines(row)) == [["q", "a"]]


@pytest.mark.parametrize(("answers", "said"), [([None, "a"], "a"), ([["a"]], "a"), ([3], ""), ([], ""), ([3, 4], "")])
def test_an_answer_in_a_list_may_stand_beside_nothing(load: Load, answers: list[Any], said: str) -> None:
    found = load("rows.jsonl", lines({"question": "q", "answers": answers}, {"question": "r", "answers": ["b"]}))
    assert [row.output for row in found.rows] == ([said] if said else []) + ["b"]
    assert len(found.told) == (not said)


def test_rows_written_as_json_twice_are_rows(load: Load) -> None:
    row = json.dumps({"question": "q", "answer": "a"})
    assert load("rows.jsonl", lines(row, row.replace('"q"', '"r"'))).pairs == [("q", "a"), ("r", "a")]
    assert load("rows.json", json.dumps([row]).encode()).pairs == [("q", "a")]


@pytest.mark.parametrize("column", ["previous_conversation", "few_shot", "message_history"])
def test_earlier_turns_under_more_names_come_first(load: Load, column: str) -> None:
    row = {column: ["p", "o"] if column == "few_shot" else [USER, ASSISTANT], "prompt": "r", "response": "b"}
    assert [turns[-2:] for turns in said(load, "rows.jsonl", lines(row))] == [["r", "b"]]
    assert len(said(load, "rows.jsonl", lines(row))[0]) == 4
    documents = {"context": ["p", "o"], "prompt": "r", "response": "b"}
    assert said(load, "rows.jsonl", lines(documents)) == [["r\n\np\n\no", "b"]]


@pytest.mark.parametrize("pattern", ["patterns", "text"])
def test_each_pattern_of_an_intent_is_a_question_with_a_response(load: Load, pattern: str) -> None:
    intents = [
        {"tag": "t", pattern: ["q", "r", "s"], "responses": ["a", "b"], "context": ["x"]},
        {"tag": "u", pattern: [], "responses": ["c"]},
    ]
    found = load("intents.json", json.dumps({"intents": intents}).encode())
    assert found.pairs == [("q", "a"), ("r", "b"), ("s", "a")]
    assert found.rows[1].extra == '{"intent":{"context":["x"],"tag":"t"},"responses":["b","a"]}'
    assert found.told == ["row 2: The instruction is empty (column “pattern”)."]


@pytest.mark.parametrize("names", ["user_{} assistant_{}", "turn_{}_human turn_{}_gpt", "Prompt{} Response{}"])
def test_turns_in_numbered_columns_are_a_conversation(load: Load, names: str) -> None:
    asked, said = names.split()
    row = {"id": 1, asked.format(1): "q", said.format(1): "a", asked.format(2): "r", said.format(2): "b"}
    (read, short) = load("rows.jsonl", lines(row, {**row, asked.format(2): "", said.format(2): None})).rows
    assert [turn["content"] for turn in read.turns] == ["q", "a", "r", "b"]
    assert (short.instruction, short.output, read.extra) == ("q", "a", '{"id":1}')
    answers = {"prompt": "q", "response_1": "a", "response_2": "b", "output": "c"}
    assert load("rows.jsonl", lines(answers)).pairs == [("q", "c")]


@pytest.mark.parametrize("column", ["completions", "steps"])
def test_steps_with_labels_are_one_answer(load: Load, column: str) -> None:
    row = {"prompt": "q", column: ["one", "two"], "labels": [True, False]}
    (read,) = load("rows.jsonl", lines(row)).rows
    assert (read.output, json.loads(read.extra or "")) == ("one\ntwo", {column: row[column], "labels": row["labels"]})


def test_a_preference_is_chosen_beside_an_answer_and_a_definition_is_the_instruction(load: Load) -> None:
    preference = {"prompt": "q", "chosen": "a", "rejected": "b", "answer": "42"}
    assert load("steps.jsonl", lines(preference)).pairs == [("q", "a")]
    (row,) = load("task.jsonl", lines({"definition": "q", "inputs": "i", "targets": "a"})).rows
    assert (row.instruction, row.input, row.output) == ("q", "i", "a")
    task = {"Definition": ["r"], "Positive Examples": [], "Instances": [{"input": "i", "output": ["a"]}]}
    (row,) = load("task.json", json.dumps(task, indent=1).encode()).rows
    assert (row.instruction, row.input, row.output) == ("r", "i", "a")


def test_annotations_of_label_studio_are_rows(load: Load) -> None:
    def task(*values: dict[str, Any], **about: Any) -> dict[str, Any]:
        found = [{"from_name": "answer", "to_name": "answer1,answer2", "value": value} for value in values]
        return {"id": 1, "data": {"prompt": "q"}, "annotations": [{"result": found, **about}]}

    written = task({"text": ["a"]})
    written["annotations"] += [{"result": [], "was_cancelled": True}, *task({"text": ["b"]})["annotations"]]
    found = load("tasks.json", json.dumps([written, task()]).encode())
    assert found.pairs == [("q", "a"), ("q", "b")] and len(found.told) == 1
    assert json.loads(found.rows[0].extra or "") == {"annotation": written["annotations"][0], "task": {"id": 1}}
    compared = task({"selected": "right"})
    compared["data"] |= {"answer1": "b", "answer2": "a"}
    (row,) = load("tasks.json", json.dumps([compared]).encode()).rows
    assert (row.output, row.rejected) == ("a", [{"role": "assistant", "content": "b"}])


def test_tasks_of_prodigy_are_rows_of_what_was_chosen_or_written(load: Load) -> None:
    options = [{"id": "P", "text": "good"}, {"id": "N", "text": "bad"}]
    task = {"prompt": "Which is it?", "options": options, "_task_hash": 1}
    said = (("accept", ["N"]), ("reject", ["P"]), ("ignore", []), ("accept", ["P", "N"]))
    found = load("choice.jsonl", lines(*({**task, "accept": ids, "answer": answer} for answer, ids in said)))
    assert [row.output for row in found.rows] == ["N. bad", "P. good\nN. bad"]
    assert json.loads(found.rows[0].extra or "")["decision"] == "accept"
    assert found.told == [f"row {row}: The response is empty (column “answer”)." for row in (2, 3)]
    written = {"text": "Who is it?", "user_input": "Me.", "_input_hash": 1, "answer": "accept"}
    assert load("written.jsonl", lines(written)).pairs == [("Who is it?", "Me.")]
    rated = {"prompt": "q", "response": "a", "_input_hash": 1, "answer": "reject"}
    found = load("rated.jsonl", lines(rated, {**rated, "prompt": "r", "answer": "accept"}))
    assert [(row.output, row.label) for row in found.rows] == [("a", False), ("a", True)]


def test_records_of_argilla_are_rows_of_what_was_written_or_proposed(load: Load) -> None:
    proposed = [{"text": "worse", "score": 0.2}, {"text": "better", "score": 0.8}]
    record = {"text": "q", "prediction": proposed, "prediction_agent": "m", "annotation": None, "status": "Default"}
    found = load("rows.jsonl", lines(record, {**record, "text": "r", "annotation": "written"}))
    assert found.pairs == [("q", "better"), ("r", "written")]
    assert json.loads(found.rows[1].extra or "")["prediction"] == proposed
    classes = {"text": "q", "prediction": [{"label": "good", "score": 0.9}], "annotation": "good"}
    with pytest.raises(InputError, match="No columns for instruction and response"):
        load("classes.jsonl", lines(classes))


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({"repo": "r", "problem_statement": "It fails.", "patch": "diff"}, ("It fails.", "", "diff")),  # SWE-bench
        ({"message": "Set x", "subject": "Set x", "old_contents": "x=1", "new_contents": "x=2"},
         ("Set x", "x=1", "x=2")),  # CommitPackFT
        ({"question": "q", "context": "CREATE TABLE t (a INT)", "query": "SELECT a"},
         ("q", "CREATE TABLE t (a INT)", "SELECT a")),
    ],
)  # fmt: skip
def test_names_that_mean_question_and_answer_only_together(
    load: Load, row: dict[str, Any], read: tuple[str, str, str]
) -> None:
    (found,) = load("rows.jsonl", lines(row)).rows
    assert (found.instruction, found.input, found.output) == read
