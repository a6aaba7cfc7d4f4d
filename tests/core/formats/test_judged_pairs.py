"""Comparisons of two answers and several answers with numbers: the better one is the response, which is told."""

import json
from typing import Any

import pytest

from core.formats.preview import preview
from tests.core.formats.conftest import Load


def file_of(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def talk(said: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": "q"}, {"role": "assistant", "content": said}]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "response_0": "b", "response_1": "a", "better_response_id": 1, "safe": True},
        {"prompt": "q", "response_1": "b", "response_2": "a", "preference": "response_2"},
        {"question": "q", "answer_0": "b", "answer_1": "a", "score_0": -0.5, "score_1": 0.5},
        {"question": "q", "answer_a": "a", "answer_b": "b", "rank_a": 1, "rank_b": 2},
        {"conversation_a": talk("b"), "conversation_b": talk("a"), "winner": "model_b", "model_a": "x"},
        {"context": talk("b")[:1], "response1": "a", "response2": "b", "overall_preference": -2},
        {"prompt": '["q"]', "response_a": '["b"]', "response_b": '["a"]', "winner_model_a": 0, "winner_model_b": 1},
        {"history": "q", "human_ref_A": "b", "human_ref_B": "a", "labels": 0},
        {"prompt": "q", "response_1": "a", "response_2": "b", "preference_strength": -2},  # HelpSteer2
        {"prompt": "q", "response_1": "a", "response_2": "b", "preference_strength": "-2"},  # in a table
        {"history": "q", "human_ref_A": "b", "human_ref_B": "a", "labels": "0"},
        {"instruction": "q", "output_1": "b", "output_2": "a", "preference": 1.9},  # AlpacaEval
        {"instruction": "q", "output_1": "b", "output_2": "a", "label": 2},  # LLMBar
        {"text": "q", "completion_a": "a", "completion_b": "b", "overall_pref": "A-is-clearly-better"},
        {"prompt": "q", "response_a": "b", "response_b": "a", "winner": "mine", "model_a": "x", "model_b": "mine"},
    ],
)
def test_the_better_of_two_answers_is_chosen(load: Load, row: dict[str, Any]) -> None:
    found = load("rows.jsonl", file_of(row))
    (made,) = found.rows
    assert (made.turns, made.rejected) == (talk("a"), [{"role": "assistant", "content": "b"}])
    read = {"prompt", "question", "history", "context", "response1", "response2"}
    kept = {name for name in row if name[-1] not in "_012abAB"} - read - {"instruction", "text"}
    assert kept <= json.loads(made.extra or "{}").keys(), "what says so stays beside the row"
    told = "1 row with two answers and which is better: chosen and rejected."
    assert told in found.report.notes


@pytest.mark.parametrize(
    ("row", "better", "said"),
    [
        ({"context": talk("")[:1], "response1": "b", "response2": "a"}, {"overall_preference": 1},
         {"overall_preference": 0}),
        ({"conversation_a": talk("b"), "conversation_b": talk("a")}, {"winner": "model_b"},
         {"winner": "tie (bothbad)"}),
        ({"instruction": "q", "output_1": "b", "output_2": "a"}, {"preference": 2}, {"preference": 1.5}),
        ({"instruction": "q", "answer_a": "b", "answer_b": "a"}, {"preference": "B"}, {"preference": "C"}),
        ({"question": "q", "answer_0": "b", "answer_1": "a"}, {"score_0": -1, "score_1": 1},
         {"score_0": 0, "score_1": 0}),
        ({"prompt": "q", "response_a": "b", "response_b": "a"}, {"winner_model_a": 0, "winner_model_b": 1},
         {"winner_model_a": 0, "winner_model_b": 0}),
    ],
)  # fmt: skip
def test_a_tie_is_no_preference_and_the_reason_says_so(
    load: Load, row: dict[str, Any], better: dict[str, Any], said: dict[str, Any]
) -> None:
    found = load("rows.jsonl", file_of({**row, **better}, {**row, **said}))
    assert [(each.output, each.rejected) for each in found.rows] == [("a", [{"role": "assistant", "content": "b"}])]
    first, second = [name for name in row if name[-1] in "012ab"]
    name, value = next(iter(said.items()))
    reason = f"Neither of “{first}” and “{second}” is said to be the better answer (“{name}” is {value})."
    assert found.told == [f"row 2: {reason}"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"r1_solution_1": "a", "r1_solution_2": "b", "r1_solution_3": "c"}, "“r1_solution” the first"),
        ({"response_a": "a", "response_b": "b"}, "“response” the first"),
        ({"answer1": "b", "answer2": "a", "answer3": "c", "score1": "1", "score2": "9", "score3": "2"},
         "best by “score”"),
        ({"generation_0": "a", "generation_1": None, "generation_2": "b"}, "“generation” the first"),
    ],
)  # fmt: skip
def test_answers_in_numbered_columns_are_several_of_which_one_is_the_response(
    load: Load, row: dict[str, Any], told: str
) -> None:
    found = load("rows.jsonl", file_of({"problem": "q", **row}))
    assert found.pairs == [("q", "a")]
    kept = json.loads(found.rows[0].extra or "")
    assert next(iter(kept.values())) == [text for text in row.values() if text in ("a", "b", "c")]
    assert told in "".join(found.report.notes)


def test_numbered_answers_are_offered_beside_one_of_its_own(tmp_path: Any) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(file_of({"problem": "q", "r1_solution_1": "It is a.", "r1_solution_2": "b b", "gold_answer": "a"}))
    assert [each.output for each in preview(file).readings] == ["gold_answer", "r1_solution"]


def test_of_two_answers_none_is_better_where_nothing_says_so(load: Load) -> None:
    rows = {"prompt": "q", "response": "a", "response_0": "x", "response_1": "y"}
    found = load("rows.jsonl", file_of(rows))
    assert found.pairs == [("q", "a")] and found.rows[0].rejected is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"prompt": "q", "responses": ["b", "a"], "scores": [1, 9]}, "the best by “scores”"),
        ({"prompt": "q", "responses": '["b", "a"]', "scores": "[1, 9]"}, "the best by “scores”"),
        ({"prompt": "q", "responses": '["b", "a"]', "best_index": "1"}, "the best by “best_index”"),
        ({"prompt": "q", "responses": ["b", "a"], "rating": [1, 9]}, "the best by “rating”"),
        ({"prompt": "q", "responses": ["b", "a"], "ranks": [2, 1]}, "the best by “ranks”"),
        ({"prompt": "q", "answers": [{"answer": "b", "rank": 2}, {"answer": "a", "rank": 1}]}, "the best by “rank”"),
        ({"title": "q", "answers": [{"text": "b", "score": 1}, {"text": "a", "score": 3}]}, "the best by “score”"),
        ({"prompt": "q", "responses": ["a", "b"]}, "the first"),
        ({"prompt": "q", "responses": ["a", "b"], "scores": [None, 1]}, "the first"),
    ],
)
def test_of_several_answers_the_best_is_the_response(load: Load, row: dict[str, Any], told: str) -> None:
    found = load("rows.jsonl", file_of(row))
    name = "answers" if "answers" in row else "responses"
    assert found.pairs == [("q", "a")] and json.loads(found.rows[0].extra or "")[name] == row[name]
    assert f"Of several answers in “{name}” {told} is the response; all stay beside the rows." in found.report.notes
