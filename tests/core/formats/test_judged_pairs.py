"""Comparisons of two answers and several answers with numbers: the better one is the response, which is told."""

import json
from typing import Any

import pytest

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
    ],
)
def test_the_better_of_two_answers_is_chosen(load: Load, row: dict[str, Any]) -> None:
    found = load("rows.jsonl", file_of(row))
    (made,) = found.rows
    assert (made.turns, made.rejected) == (talk("a"), [{"role": "assistant", "content": "b"}])
    read = {"prompt", "question", "history", "context", "response1", "response2"}
    kept = {name for name in row if name[-1] not in "_012abAB"} - read
    assert kept <= json.loads(made.extra or "{}").keys(), "what says so stays beside the row"
    told = "1 row with two answers and which is better: chosen and rejected."
    assert told in found.report.notes


def test_of_two_answers_none_is_better_where_nothing_says_so(load: Load) -> None:
    rows = {"prompt": "q", "response": "a", "response_0": "x", "response_1": "y"}
    found = load("rows.jsonl", file_of(rows))
    assert found.pairs == [("q", "a")] and found.rows[0].rejected is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"prompt": "q", "responses": ["b", "a"], "scores": [1, 9]}, "the best by “scores”"),
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
