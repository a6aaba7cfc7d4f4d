"""What can be chosen of how a file is read: which answer is the response, which list, which paths of a tree."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets.loading import load_files
from core.errors import InputError
from core.export import ExportOptions, ExportRow, Layout, write_export
from core.formats.answers import by_answers
from core.formats.choices import ReadingChoices
from core.formats.preview import Preview, preview
from core.progress import Silent
from core.rows.row import ASSISTANT, Message, Row, row_from_messages
from core.sources.source_file import SourceFile
from core.store import Store

TURNS = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "Ciao"},
]
TREE = {
    "message_tree_id": "t",
    "prompt": {
        "text": "Q",
        "role": "prompter",
        "replies": [
            {"text": "worse", "role": "assistant", "rank": 1, "replies": []},
            {
                "text": "best",
                "role": "assistant",
                "rank": 0,
                "replies": [
                    {"text": "Why?", "role": "prompter", "replies": [{"text": "So.", "role": "assistant"}]},
                    {"text": "How?", "role": "prompter", "replies": []},
                ],
            },
            {"text": "unranked", "role": "assistant", "rank": None},
        ],
    },
}
LISTS = {
    "version": 2,
    "train": [{"question": "a", "answer": "1"}],
    "test": [{"question": f"t{n}", "answer": "2"} for n in range(3)],
    "authors": ["me"],
}


def seen(path: Path, value: object, choices: ReadingChoices) -> Preview:
    path.write_text(json.dumps(value))
    return preview(path, choices=choices)


def pairs(found: Preview) -> list[tuple[str, str]]:
    return [(row.instruction, row.output) for row in found.rows]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("last", [("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Ciao")]),
        ("first", [("Hi", "Hello")]),
        ("each", [("Hi", "Hello"), ("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Ciao")]),
    ],
)
def test_the_answer_that_is_scored_can_be_chosen(answers: str, expected: list, tmp_path: Path) -> None:
    found = seen(tmp_path / "a.json", [{"messages": TURNS}], ReadingChoices(answers=answers))
    assert (pairs(found), found.several_answers) == (expected, True)
    if answers == "first":
        (row,) = found.rows
        assert (row.turns, len(row.conversation)) == (TURNS, 2), "what comes later is kept, and is not read"
        assert row.key != seen(tmp_path / "a.json", [{"messages": TURNS}], ReadingChoices()).rows[0].key


def test_a_preference_keeps_its_last_answer(tmp_path: Path) -> None:
    row = {"messages": TURNS, "rejected": [{"role": "assistant", "content": "No."}]}
    found = seen(tmp_path / "a.json", [row], ReadingChoices(answers="each"))
    assert ([each.output for each in found.rows], found.several_answers) == (["Ciao"], False)


roles, texts = st.sampled_from(["user", "assistant", "system", "tool"]), st.sampled_from(["", "a", "b"])
said = st.lists(st.tuples(roles, texts), max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(said)
def test_each_answer_after_a_question_is_the_response_of_one_row(turns: list[tuple[str, str]]) -> None:
    messages = [Message("user", "q"), *(Message(*each) for each in turns), Message(ASSISTANT, "end")]
    whole = row_from_messages(messages, extra="{}")
    rows = by_answers(whole, "each")
    assert [row.output for row in rows] == [each.text for each in messages if each.role == ASSISTANT and each.text]
    assert rows[-1] == whole and {row.extra for row in rows} == {"{}"}
    (first,) = by_answers(whole, "first")
    assert (first.output, first.turns) == (rows[0].output, whole.turns)


def test_a_first_answer_comes_back_from_an_export_by_the_same_choice(tmp_path: Path) -> None:
    (row,) = by_answers(row_from_messages([Message(turn["role"], turn["content"]) for turn in TURNS]), "first")
    write_export(tmp_path / "rows.jsonl", ExportOptions(Layout.MESSAGES), [ExportRow(row)], 1)
    assert [
        each.key for each in preview(tmp_path / "rows.jsonl", None, None, ReadingChoices(answers="first")).rows
    ] == [row.key]
    written = write_export(tmp_path / "pairs.jsonl", ExportOptions(Layout.ALPACA), [ExportRow(row)], 1)
    assert written.flattened == 1, "what a layout can't hold of the later turns is counted"


def test_the_paths_of_a_tree_are_rows_the_best_first(tmp_path: Path) -> None:
    best = seen(tmp_path / "a.json", [TREE], ReadingChoices())
    assert ([row.output for row in best.rows], best.has_trees) == (["So."], True)
    found = seen(tmp_path / "a.json", [TREE], ReadingChoices(paths="all"))
    assert [row.turns[-1]["content"] for row in found.rows] == ["So.", "How?", "worse", "unranked"]
    assert [row.output for row in found.rows] == ["So.", "best", "worse", "unranked"]


def test_the_list_that_is_read_can_be_chosen(tmp_path: Path) -> None:
    first = seen(tmp_path / "a.json", LISTS, ReadingChoices())
    assert (pairs(first), first.lists) == ([("a", "1")], ("train", "test"))
    assert "“test” were not read" in first.rejections[0].reason
    found = seen(tmp_path / "a.json", LISTS, ReadingChoices(list_name="test"))
    assert (pairs(found), found.rejections) == ([(f"t{n}", "2") for n in range(3)], ())
    assert found.notes == ("Only the list “test” was read.",)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no list “dev”") as told:
        seen(tmp_path / "a.json", LISTS, ReadingChoices(list_name="dev"))
    assert told.value.mend == "Choose from train, test."
    (tmp_path / "a.csv").write_text("question,answer\na,b\n")
    with pytest.raises(InputError, match="has no lists"):
        preview(tmp_path / "a.csv", choices=ReadingChoices(list_name="test"))


@pytest.mark.parametrize("given", [{"answers": "some"}, {"paths": 3}, {"encoding": "none"}])
def test_a_choice_that_is_none_is_refused(given: dict) -> None:
    with pytest.raises(InputError):
        ReadingChoices.given(**given)


def test_choices_are_kept_with_the_dataset_and_give_the_same_rows_again(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"messages": TURNS}))
    files = [SourceFile(tmp_path / "a.jsonl", "a.jsonl")]
    with Store.open(tmp_path / "studio.duckdb") as store:
        report = load_files(store, "a", files, None, Silent(), choices=ReadingChoices(answers="each"))
        dataset = store.datasets.get(report.dataset_id)
        assert dataset.origin == {"files": ["a.jsonl"], "answers": "each"}
        kept: list[Row] = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
        assert [row.output for row in kept] == ["Hello", "Ciao"]
        choices = ReadingChoices.of_origin(dataset.origin, "a")
        again = load_files(store, "b", files, None, Silent(), choices=choices)
        assert store.datasets.get(again.dataset_id).fingerprint == dataset.fingerprint


def chat(**nodes: tuple[str | None, str, str]) -> dict:
    """A chat of ChatGPT's: by its id each message's parent, speaker and text."""
    mapping = {
        name: {"parent": parent, "message": {"author": {"role": role}, "content": {"parts": [text]}}}
        for name, (parent, role, text) in nodes.items()
    }
    return {"title": "t", "mapping": mapping, "current_node": "again"}


BRANCHES = chat(
    asked=(None, "user", "Q"),
    first=("asked", "assistant", "A"),
    again=("asked", "assistant", "B"),
    other=("first", "user", "Why?"),
    so=("other", "assistant", "So."),
)


def test_the_branches_of_a_chat_are_rows_the_current_one_first_and_what_is_left_is_counted(tmp_path: Path) -> None:
    current = seen(tmp_path / "a.json", [BRANCHES], ReadingChoices())
    assert (pairs(current), current.has_trees) == ([("Q", "B")], True)
    assert "Only the current branch was read, not 1 other branch of 1 chat." in current.notes
    found = seen(tmp_path / "a.json", [BRANCHES], ReadingChoices(paths="all"))
    assert [row.turns[-1]["content"] for row in found.rows] == ["B", "So."]
    assert not any("current branch" in note for note in found.notes)


def test_a_chat_without_branches_asks_for_nothing(tmp_path: Path) -> None:
    one = chat(asked=(None, "user", "Q"), again=("asked", "assistant", "B"))
    found = seen(tmp_path / "a.json", [one], ReadingChoices())
    assert (pairs(found), found.has_trees) == ([("Q", "B")], False)
    assert found.notes == ("Not read, kept with the rows: current_node, title.",)


def test_what_a_chat_thought_stays_with_what_it_said(tmp_path: Path) -> None:
    told = chat(asked=(None, "user", "Q"), mused=("asked", "assistant", ""), again=("mused", "assistant", "B"))
    thoughts = [{"summary": "s", "content": "Let me think."}]
    told["mapping"]["mused"]["message"]["content"] = {"content_type": "thoughts", "thoughts": thoughts}
    (row,) = seen(tmp_path / "a.json", [told], ReadingChoices()).rows
    assert (row.instruction, row.output, len(row.turns)) == ("Q", "B", 2)
    assert row.turns[1]["reasoning"] == thoughts


def test_the_branches_of_claudes_export_are_told_apart(tmp_path: Path) -> None:
    log = [
        {"uuid": name, "parent_message_uuid": parent, "sender": who, "text": text}
        for name, parent, who, text in (
            ("1", "0", "human", "Q"),
            ("2", "1", "assistant", "A"),
            ("3", "1", "assistant", "B"),
        )
    ]
    found = seen(tmp_path / "a.json", [{"chat_messages": log}], ReadingChoices())
    assert (pairs(found), found.has_trees) == ([("Q", "B")], True)
    found = seen(tmp_path / "a.json", [{"chat_messages": log}], ReadingChoices(paths="all"))
    assert pairs(found) == [("Q", "B"), ("Q", "A")]
