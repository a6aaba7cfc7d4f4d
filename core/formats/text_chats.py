"""Chats as plain text: turns that begin with who speaks, or with the markers of a template.

Chats are parted by `<|endoftext|>` or by lines such as `---`; where there are none, by the marker that begins a text,
or by blank lines if question and answer stand in one paragraph. Under `Question` and `Answer` each question is a row,
which may have several answers.
"""

import io
import re
from collections.abc import Iterator, Sequence

from core.formats.format import TABLE_NAMES, TEXT_NAMES, Format, suffix_of
from core.formats.json_layout import begins_as_json
from core.formats.labelled_text import SPOKEN, Label, both_speak, labels_in, turns_between
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt
from core.formats.roles import role_of
from core.formats.source import HEAD_BYTES, Source
from core.formats.turn_lists import Turn, turns_in
from core.humanize import counted
from core.rows.row import ASSISTANT, SYSTEM, USER

HOW = (
    "Let turns begin with User: and Assistant:, with Q: and A:, or with the markers of a template, and part chats by "
    "blank lines or ---."
)
QUESTIONS = "questions"
_NO_TURNS = "There are no turns of a user and an assistant.", HOW
_NO_ANSWER = "The question has no answer.", "Write it below, in a line that begins with A:."
_TOKEN = re.compile(
    r"\s*(?:<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>)?\s*"
    r"(?:<\|[\w ]+\|>|\[INST\]|\[SYSTEM_PROMPT\]|<start_of_turn>|<｜|\[\|(?:Human|AI)\|\])"
)
_PREAMBLE = "Below is an instruction that"
_BEGINNING = rf"<\|im_start\|>[ ]*system|<\|begin_of_text\|>|<bos>|<s>\s*\[|<｜begin▁of▁sentence｜>|{_PREAMBLE}"
_RULE = r"[ \t]*(?:-{3,}|={3,}|\*{3,}|_{3,})[ \t]*\n\s{0,99}"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_PIECE = 1024 * 1024
_MOST_TURNS = 2_000
_BEFORE = "text_before"  # the column of what stands before the first turn


def is_text_chats(head: bytes) -> bool:
    """Whether a text has turns of a user and an assistant."""
    return not begins_as_json(head) and _turns(_text(head)) is not None


def is_question_list(head: bytes) -> bool:
    """Whether a text begins with a question under such a name, and has an answer."""
    labels = labels_in(_text(head).strip(), SPOKEN)
    asks = bool(labels) and labels[0].start == 0 and _is_question(labels[0])
    return asks and any(each.role == ASSISTANT for each in labels)


def _text(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")


def _is_question(label: Label) -> bool:
    """Whether it names a question, and nobody who speaks in a conversation."""
    return label.role == USER and not (role_of(label.name) or label.name in SPOKEN.names)


def _turns(text: str) -> list[Turn] | None:
    """The turns of a chat; None where not both a user and the assistant speak."""
    if (marked := turns_in(text)) is not None or _TOKEN.match(text):
        return marked
    turns = [turn for turn in turns_between(labels_in(text, SPOKEN), text) if turn["content"]]
    return turns if both_speak(turns) else None


def _parted_by(text: str, is_whole: bool) -> tuple[str, re.Pattern[str] | None]:
    """What parts the chats of a text that begins so, in words and as a pattern; none where it is one chat."""
    labels = labels_in(text, SPOKEN)
    named = any(map(_is_question, labels)) and not _TOKEN.match(text)
    asked = {text[each.start : each.end].strip(" \t>") for each in labels if each.role in (USER, SYSTEM)}
    literal = sorted({re.sub(r"\d+", r"\\d*", re.escape(each)) for each in asked}, key=len, reverse=True)
    opening = _TOKEN.pattern if _TOKEN.match(text) else "|".join(literal)
    titled = rf"(?:#[^\n]*\n\s{{0,99}})?(?:{opening})"
    ways = [
        ("<|endoftext|>", r"<\|(?:endoftext|end_of_text)\|>", 1.0),
        ("lines of dashes", rf"(?:^|(?<=\n)){_RULE}(?={titled})", 0.5),
        ("the marker of their beginning", f"(?={_BEGINNING})", 1.0),
        ("blank lines", rf"\n[ \t]*\n\s{{0,99}}(?={opening})", 1.0),
    ]
    if named:
        ways = [ways[0], ways[2], (QUESTIONS, rf"\n(?:{_RULE})?(?=[ \t>]*(?:{opening}))", 0.5)]
    for name, pattern, share in ways:
        found = [each for each in re.split(pattern, text) if not _is_heading(each)]
        found = found if is_whole else found[:-1]
        begun = [_PARAGRAPH.split(each.strip())[0] if name == "blank lines" else each for each in found]
        if len(found) > 1 and sum(_turns(each) is not None for each in begun) >= share * (len(found) - 1):
            return name, re.compile(pattern)
    return "", None


def _is_heading(piece: str) -> bool:
    """Whether nobody asks or answers in a short piece: a title or a system prompt, which goes with what follows."""
    speaks = _TOKEN.match(piece) or any(each.role in (USER, ASSISTANT) for each in labels_in(piece, SPOKEN))
    return not speaks and len(piece) < _PIECE


def _chats(stream: io.BufferedReader, pattern: re.Pattern[str] | None) -> Iterator[str]:
    """The chats, one by one; of a text with more than a row may have without an end, what was read of it."""
    rest = ""
    with io.TextIOWrapper(stream, encoding="utf-8", errors="replace") as text:
        while len(rest) <= MAX_ROW_BYTES and (piece := text.read(_PIECE)):
            *whole, rest = pattern.split(rest + piece) if pattern else [rest + piece]
            yield from whole
    yield rest


def _read(source: Source) -> Iterator[Record | Rejection]:
    parted, pattern = _parted_by(_text(source.head), len(source.head) < HEAD_BYTES)
    number, held = 0, ""
    for piece in _chats(source.stream, pattern):
        chat, held = f"{held}\n\n{piece}" if held.strip() else piece, ""
        if _is_heading(chat):
            held = chat
            continue
        number += 1
        yield _record(chat, number, source.shown)
        if len(chat) > MAX_ROW_BYTES:
            return
    if held.strip():
        number += 1
        yield Rejection(source.shown, number, *_NO_TURNS, excerpt(held))
    how = f"{counted(number, 'chat')}, parted by {parted}" if parted else "one chat"
    source.notes.append(f"{source.shown} was read as text with {how}.")


def _record(chat: str, number: int, file: str) -> Record | Rejection:
    if len(chat) > MAX_ROW_BYTES:
        told = "The chat has no end within 64 MiB.", "Part chats by lines of ---."
        return Rejection(file, number, *told, excerpt(chat[:1000]))
    labels, turns = labels_in(chat, SPOKEN), _turns(chat)
    asks = any(map(_is_question, labels))
    if turns is None:
        return Rejection(file, number, *(_NO_ANSWER if asks else _NO_TURNS), excerpt(chat))
    if len(turns) > _MOST_TURNS:
        told = f"The chat has {len(turns):,} turns (maximum {_MOST_TURNS:,}).", "Part chats by lines of ---."
        return Rejection(file, number, *told, excerpt(chat))
    before = chat[: labels[0].start].strip() if labels and turns[0]["role"] != SYSTEM else ""
    before = "" if _TOKEN.match(chat) or before.startswith(_PREAMBLE) else before
    return Record(number, _fields(turns, asks) | ({_BEFORE: before} if before else {}))


def _fields(turns: Sequence[Turn], asks: bool) -> dict[str, object]:
    """The columns of a chat; of a question alone itself and its answers."""
    first, *others = turns
    if not asks or first["role"] != USER or any(each["role"] != ASSISTANT for each in others):
        return {"messages": list(turns)}
    answers = [each["content"] for each in others]
    return {"question": first["content"], "answer": answers if len(answers) > 1 else answers[0]}


def _matches(source: Source) -> bool:
    suffix = suffix_of(source.shown)
    if suffix in TEXT_NAMES:
        return is_text_chats(source.head)
    return suffix not in TABLE_NAMES and is_question_list(source.head)


FORMAT = Format("text chats", ("text with Q: and A: or User: and Assistant:",), 35, _matches, _read)
