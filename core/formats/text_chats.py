"""Chats as plain text: turns that begin with who speaks, or with the markers of a template.

Chats are parted by `<|endoftext|>` or by lines such as `---`; where there are none, by the marker that begins a text,
or by blank lines if question and answer stand in one paragraph. Under `Question` and `Answer` each question is a row.
"""

import io
import re
from collections.abc import Iterator

from core.formats.format import TEXT_NAMES, Format, suffix_of
from core.formats.json_layout import begins_as_json
from core.formats.labelled_text import kind_of
from core.formats.question_list import is_question_list
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
_WHO = r"(?P<who>[^\W\d_](?:[\w ]{0,18}\w)?)[ \t]*\d*"
_BOLD = r"(?:\*\*|__)"
_SIGN = r"(?:[^\w\s*_#\[\]:：>|<-]{1,4}[ \t]*)?"  # 🧑 User
_LABEL = re.compile(  # User: …, **User:** …, [User]: …, or a heading that is a name alone
    rf"(?:^|(?<=\n))[ \t>]*(?:"
    rf"(?:\#{{1,6}}[ \t]*)?{_BOLD}?{_SIGN}\[?{_WHO}\]?{_BOLD}?[ \t]*[:：]{_BOLD}?"
    rf"|(?:\#{{1,6}}[ \t]*{_BOLD}?|{_BOLD}){_SIGN}{_WHO.replace('who', 'name')}{_BOLD}?(?=[ \t]*(?:\n|$))"
    rf")[ \t]*"
)
_TOKEN = re.compile(
    r"\s*(?:<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>)?\s*"
    r"(?:<\|[\w ]+\|>|\[INST\]|\[SYSTEM_PROMPT\]|<start_of_turn>|<｜|\[\|(?:Human|AI)\|\])"
)
_ALIASES = {"you": USER, "you said": USER, "me": USER, "chatgpt said": ASSISTANT}  # as chats are copied from pages
_PREAMBLE = "Below is an instruction that"
_BEGINNING = rf"<\|im_start\|>[ ]*system|<\|begin_of_text\|>|<bos>|<s>\s*\[|<｜begin▁of▁sentence｜>|{_PREAMBLE}"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_PIECE = 1024 * 1024
_MOST_TURNS = 2_000
_BEFORE = "text_before"  # the column of what stands before the first turn


def is_text_chats(head: bytes) -> bool:
    """Whether a text has turns of a user and an assistant."""
    return not begins_as_json(head) and not is_question_list(head) and _turns(_text(head)) is not None


def _text(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")


def _marks(text: str) -> list[tuple[re.Match[str], str, str]]:
    """The labels before turns, with their names and roles; of each role the name that comes first counts."""
    names: dict[str, str] = {}
    found = []
    for each in _LABEL.finditer(text):
        name = (each["who"] or each["name"]).rstrip("0123456789 \t").lower()
        kind = _ALIASES.get(name) or kind_of(name)
        if kind in (USER, ASSISTANT, SYSTEM) and names.setdefault(kind, name) == name:
            found.append((each, name, kind))
    return found


def _turns(text: str) -> list[Turn] | None:
    """The turns of a chat; None where not both a user and the assistant speak."""
    if (marked := turns_in(text)) is not None or _TOKEN.match(text):
        return marked
    marks = _marks(text)
    ends = [each.start() for each, _, _ in marks[1:]] + [len(text)]
    said = [(kind, text[each.end() : end].strip()) for (each, _, kind), end in zip(marks, ends, strict=False)]
    turns: list[Turn] = [{"role": kind, "content": words} for kind, words in said if words]
    return turns if {USER, ASSISTANT} <= {turn["role"] for turn in turns} else None


def _parted_by(text: str, is_whole: bool) -> tuple[str, re.Pattern[str] | None]:
    """What parts the chats of a text that begins so, in words and as a pattern; none where it is one chat."""
    marks = _marks(text)
    asked = {re.escape(each.group().strip()) for each, _, kind in marks if kind in (USER, SYSTEM)}
    opening = _TOKEN.pattern if _TOKEN.match(text) else "|".join(sorted(asked, key=len, reverse=True))
    titled = rf"(?:#[^\n]*\n\s{{0,99}})?(?:{opening})"
    ways = [
        ("<|endoftext|>", r"<\|(?:endoftext|end_of_text)\|>", 1.0),
        (
            "lines of dashes",
            rf"(?:^|(?<=\n))[ \t]*(?:-{{3,}}|={{3,}}|\*{{3,}}|_{{3,}})[ \t]*\n\s{{0,99}}(?={titled})",
            0.5,
        ),
        ("the marker of their beginning", f"(?={_BEGINNING})", 1.0),
        ("blank lines", rf"\n[ \t]*\n\s{{0,99}}(?={opening})", 1.0),
    ]
    named = any(kind == USER and not (role_of(name) or name in _ALIASES) for _, name, kind in marks)
    if named and not _TOKEN.match(text):
        ways.append(("questions", rf"(?:^|\n)(?=[ \t>]*(?:{opening}))", 0.5))
    for name, pattern, share in ways:
        found = [each for each in re.split(pattern, text) if not _is_heading(each)]
        found = found if is_whole else found[:-1]
        begun = [_PARAGRAPH.split(each.strip())[0] if name == "blank lines" else each for each in found]
        if len(found) > 1 and sum(_turns(each) is not None for each in begun) >= share * (len(found) - 1):
            return name, re.compile(pattern)
    return "", None


def _is_heading(piece: str) -> bool:
    """Whether nobody asks or answers in a short piece: a title or a system prompt, which goes with what follows."""
    speaks = _TOKEN.match(piece) or any(kind in (USER, ASSISTANT) for _, _, kind in _marks(piece))
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
        if len(chat) > MAX_ROW_BYTES:
            told = "The chat has no end within 64 MiB.", "Part chats by lines of ---."
            yield Rejection(source.shown, number, *told, excerpt(chat[:1000]))
            return
        turns = _turns(chat)
        if turns is None:
            yield Rejection(source.shown, number, "There are no turns of a user and an assistant.", HOW, excerpt(chat))
            continue
        if len(turns) > _MOST_TURNS:
            told = f"The chat has {len(turns):,} turns (maximum {_MOST_TURNS:,}).", "Part chats by lines of ---."
            yield Rejection(source.shown, number, *told, excerpt(chat))
            continue
        marks = _marks(chat)
        before = chat[: marks[0][0].start()].strip() if marks and turns[0]["role"] != SYSTEM else ""
        before = "" if _TOKEN.match(chat) or before.startswith(_PREAMBLE) else before
        yield Record(number, {"messages": turns} | ({_BEFORE: before} if before else {}))
    if held.strip():
        number += 1
        yield Rejection(source.shown, number, "There are no turns of a user and an assistant.", HOW, excerpt(held))
    how = f"{counted(number, 'chat')}, parted by {parted}" if parted else "one chat"
    source.notes.append(f"{source.shown} was read as text with {how}.")


def _matches(source: Source) -> bool:
    return suffix_of(source.shown) in TEXT_NAMES and is_text_chats(source.head)


FORMAT = Format("text chats", (), 35, _matches, _read)
