"""Text with questions and answers: what is written is read, and damage is named or passed over, never a traceback."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.text_chats import is_question_list

LINES = st.lists(st.text("ab .é字", min_size=1, max_size=9).filter(lambda text: text.strip()), min_size=1, max_size=3)
SAID = LINES.map(lambda lines: "\n".join(lines).strip())
ASKED = st.lists(st.tuples(SAID, st.lists(SAID, min_size=1, max_size=3)), min_size=1, max_size=5)
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(asked=ASKED, labels=st.sampled_from([("Q:", "A:"), ("Question 7:", "Answer 7:"), ("  Frage :", "Antwort:")]))
def test_what_is_written_is_read(tmp_path: Path, asked: list[tuple[str, list[str]]], labels: tuple[str, str]) -> None:
    file = tmp_path / "asked.txt"
    blocks = ["\n".join([f"{labels[0]} {q}", *(f"{labels[1]} {a}" for a in answers)]) for q, answers in asked]
    file.write_text("\n\n".join(blocks), "utf-8")
    with read_records(file) as found:
        read = [each.fields for each in found if isinstance(each, Record)]
    assert [(each["question"], each["answer"]) for each in read] == [(q, a if len(a) > 1 else a[0]) for q, a in asked]


@SLOW
@given(content=st.text('QA:\n ab{[,"字', max_size=40))
def test_any_text_is_read_or_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "any.txt"
    file.write_text(f"Q: q\nA: a\n{content}", "utf-8")
    try:
        with read_records(file) as found:
            assert list(found)
    except InputError as error:
        assert error.mend


def test_a_conversation_a_table_and_prose_are_none() -> None:
    assert is_question_list(b"\nQ: Why?\nA: So.")
    for head in (
        b"Human: Hi.\nAssistant: Hello.",
        b"question,answer\nWhy?,So.",
        b"A: So.\nQ: Why?",
        b"Q: Why?\n",
        b"Once: a\n",
    ):
        assert not is_question_list(head)
