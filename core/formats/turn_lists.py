"""Which turns stand in a cell, whatever form they have: ShareGPT, OpenAI, Anthropic, Gemini, LangChain and relatives.

A form that is not a list of objects with a speaker and a text becomes such a list here; what else stands in its turns
goes along.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.formats.harmony import harmony_turns
from core.formats.json_fault import is_missing
from core.formats.labelled_text import Dialect, labels_in, turns_between
from core.formats.marked_text import turns_of_text
from core.formats.printed_python import decoded
from core.formats.roles import role_of
from core.rows.row import ASSISTANT, CALLS, SYSTEM, TOOL, USER

SHAREGPT = ("from", "value")
SPEAKER = ("role", "from", "speaker", "sender", "角色")
SAID = ("content", "value", "text", "parts", "message", "utterance", "内容")
_ASKED = ("instruction", "input", "question", "human", "user", "prompt", "query", "q")
_ANSWERED = ("output", "answer", "assistant", "response", "gpt", "bot", "moss", "completion", "a")
_LANGCHAIN = ("human", "ai", "system", "tool", "function")
_NAMED = Dialect(re.compile(r"\A\s*(?P<who>[\w ]{1,20}?)\s*[:：]\s*"))
_MOSS = re.compile(r"\s*<\|[^|]+\|>:\s*(.*?)\s*<eo[a-z]>\s*", re.DOTALL)
Turn = Mapping[str, Any]


def is_turn(value: Any) -> bool:
    """Whether `value` is one turn: an object that says who speaks and what, or which tools are called."""
    if not isinstance(value, Mapping) or speaker_in(value) is None:
        return False
    return member(value, (*SAID, *CALLS)) is not None


def is_conversation(value: Any) -> bool:
    """Whether `value` is a list of turns."""
    return isinstance(value, list) and bool(value) and all(is_turn(turn) for turn in value)


def is_spoken(value: Any) -> bool:
    """Whether `value` is one turn in any form, and no question with its answer."""
    return _turns_of(value) is not None and not _is_pair(value)


def speaker_in(turn: Turn) -> str | None:
    """Under which name a turn says who speaks; `author` only where that is somebody of a known role."""
    found = member(turn, SPEAKER)
    return found or ("author" if "author" in turn and role_of(author_of(turn["author"])) else None)


def author_of(speaker: Any) -> Any:
    """A speaker, out of the object that it stands in where it does."""
    return speaker.get("role") if isinstance(speaker, Mapping) else speaker


def member(turn: Turn, names: Sequence[str]) -> str | None:
    """The first of the names under which something stands, or else the first that is there."""
    found = [name for name in names if name in turn]
    return next((name for name in found if not is_missing(turn[name])), found[0] if found else None)


def turns_in(cell: Any, strings: bool = False) -> list[Turn] | None:
    """The raw turns in a cell; None where it has none.

    They are a list of them, columns of them, questions with their answers, or any of these as text in JSON or as Python
    prints it; or one text with markers between the turns.

    Args:
        strings: whether a list of texts is questions and answers by turns.
    """
    if isinstance(cell, str):
        value = decoded(cell)
        return _marked(cell) if value is None else turns_in(value, strings)
    if isinstance(cell, Mapping):
        return _columns_of_turns(cell) if is_turn(cell) else _numbered_turns(cell)
    if not isinstance(cell, list) or not cell:
        return None
    if all(is_turn(turn) for turn in cell):
        return cell
    if len(cell) == 1 and isinstance(cell[0], list) and not _is_pair_of_texts(cell[0]) and _turns_of(cell[0]) is None:
        return turns_in(cell[0], strings)  # a batch of one
    several = [_turns_of(each) for each in cell]
    if all(each is not None for each in several):
        return with_thoughts([turn for each in several for turn in each or ()]) or None
    if all(_is_pair_of_texts(turn) for turn in cell):
        return _by_turns([text or "" for turn in cell for text in turn])
    return _by_turns(cell) if strings and len(cell) > 1 and _texts(cell) else None


def _marked(text: str) -> list[Turn] | None:
    """The turns of a text with markers between them, where a user and the assistant speak."""
    turns = with_thoughts(harmony_turns(text))
    return turns if {USER, ASSISTANT} <= {turn["role"] for turn in turns} else turns_of_text(text)


def _turns_of(value: Any) -> list[Turn] | None:
    """The turns that an element of a list is: one with its speaker, a question with its answer; None where it is none.

    `["user", "Hi"]` and `{"user": "Hi"}` are one, too, and so are LangChain's and those of OpenAI's Responses API.
    """
    if isinstance(value, list | tuple):
        spoken = len(value) == 2 and isinstance(value[0], str) and role_of(value[0])
        return [{"role": value[0], "content": value[1]}] if spoken else None
    if not isinstance(value, Mapping):
        return None
    if is_turn(value):
        return [value]
    if _is_pair(value):
        return _turns_of_pair(value)
    if isinstance(value.get("kwargs"), Mapping) and isinstance(value.get("id"), list) and value["id"]:
        said = value["kwargs"]  # LangChain's, as LangSmith keeps it
        return _turns_of({"type": str(value["id"][-1]).removesuffix("Chunk").removesuffix("Message").lower(), **said})
    kind, data = str(value.get("type")), value.get("data", value)
    if kind in _LANGCHAIN and isinstance(data, Mapping) and "content" in data:
        return [{"role": kind} | {name: each for name, each in data.items() if name != "type"}]
    if kind in _RESPONSES:
        return _RESPONSES[kind](value)
    if value.keys() == {"parts"}:  # Gemini's, where a user speaks
        return [{"role": USER, **value}]
    name, said = next(iter(value.items()), ("", None))
    return [{"role": name, "content": said}] if len(value) == 1 and said is not None and role_of(name) else None


def with_thoughts(turns: Sequence[Turn]) -> list[Turn]:
    """Turns in which nothing is said go along with the next one, as the reasoning that led to it."""
    found: list[Turn] = []
    thoughts: list[Any] = []
    for turn in turns:
        if turn.keys() == {"role", "reasoning"}:
            thoughts.append(turn["reasoning"])
            continue
        found.append({**turn, "reasoning": thoughts[0] if len(thoughts) == 1 else thoughts} if thoughts else turn)
        thoughts = []
    return [*found, {"role": ASSISTANT, "content": None, "reasoning": thoughts}] if thoughts else found


def _called(item: Turn) -> list[Turn]:
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    call = {"id": item.get("call_id"), "type": "function", "function": function}
    return [{"role": ASSISTANT, "content": None, "tool_calls": [call]}]


def _result(item: Turn) -> list[Turn]:
    return [{"role": TOOL, "content": item.get("output"), "tool_call_id": item.get("call_id")}]


def _reasoned(item: Turn) -> list[Turn]:
    said = {name: item[name] for name in ("summary", "content") if item.get(name)}
    return [{"role": ASSISTANT, "reasoning": said}] if said else []


_RESPONSES = {"function_call": _called, "function_call_output": _result, "reasoning": _reasoned}


def _texts(cell: Sequence[Any]) -> bool:
    return all(isinstance(each, str) for each in cell)


def _is_pair_of_texts(turn: Any) -> bool:
    """A question with its answer, which may not be there yet."""
    if not isinstance(turn, list | tuple) or len(turn) != 2 or not isinstance(turn[0], str):
        return False
    return isinstance(turn[1], str) or turn[1] is None


def _by_turns(texts: Sequence[str]) -> list[Turn]:
    """Texts as questions and answers by turns, or by those whose names stand before each of them."""
    spoken = [turn for text in texts for turn in turns_between(labels_in(text, _NAMED), text)]
    if len(spoken) == len(texts) and {USER, ASSISTANT} <= {turn["role"] for turn in spoken}:
        return spoken
    return [{"role": ASSISTANT if place % 2 else USER, "content": text} for place, text in enumerate(texts)]


def _columns_of_turns(cell: Turn) -> list[Turn] | None:
    """A turn's keys as columns of one length, as `datasets` has a sequence of objects."""
    columns = {name: each for name, each in cell.items() if isinstance(each, Sequence) and not isinstance(each, str)}
    speaker = speaker_in(columns)
    count = len(columns[speaker]) if speaker else 0
    columns = {name: each for name, each in columns.items() if len(each) == count}
    if not count or member(columns, (*SAID, *CALLS)) is None:
        return None
    return [{name: each[place] for name, each in columns.items()} for place in range(count)]


def _numbered_turns(cell: Turn) -> list[Turn] | None:
    """Turns by their numbers; MOSS: {"turn_1": {"Human": …, "MOSS": …}, …}, its markers around each text."""
    if cell and all(str(name).isdigit() and is_turn(turn) for name, turn in cell.items()):
        return list(cell.values())
    if not cell or not all(str(name).startswith("turn") and _is_pair(turn) for name, turn in cell.items()):
        return None
    plain = [{name: _without_markers(text) for name, text in turn.items()} for turn in cell.values()]
    told = [{name: text for name, text in turn.items() if text not in ("None", "")} for turn in plain]
    return [each for turn in told for each in _turns_of_pair(turn)]


def _without_markers(text: Any) -> Any:
    found = _MOSS.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else text


def _is_pair(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    plain = {str(name).lower(): each for name, each in _joined_pair(value).items()}
    asked, answered = member(plain, _ASKED), member(plain, _ANSWERED)
    return asked is not None and answered is not None and _texts([plain[asked] or "", plain[answered] or ""])


def _joined_pair(value: Turn) -> Turn:
    """A question with its answer that stand in an object each, as Prompt flow's history has them, side by side."""
    asked, answered = value.get("inputs"), value.get("outputs")
    if not isinstance(asked, Mapping) or not isinstance(answered, Mapping) or not asked.keys().isdisjoint(answered):
        return value
    return {**asked, **answered, **{name: each for name, each in value.items() if name not in ("inputs", "outputs")}}


def _turns_of_pair(pair: Turn) -> list[Turn]:
    """Question and answer as two turns, after the system prompt if there is one; the other keys are the answer's."""
    plain = {str(name).lower(): (name, each) for name, each in _joined_pair(pair).items()}
    values = {name: each for name, (_, each) in plain.items()}
    asked, answered = member(values, _ASKED) or "", member(values, _ANSWERED) or ""
    texts = [values.get(asked)]
    if asked == "instruction" and isinstance(values.get("input"), str):
        texts.append(values["input"])
    system = values.get("system") if _texts([values.get("system")]) else None
    used = {asked, answered, *(["input"] if len(texts) > 1 else []), *(["system"] if system is not None else [])}
    beside = {
        f"{name}_" if name in ("role", "content") else name: each
        for lower, (name, each) in plain.items()
        if lower not in used
    }
    turns: list[Turn] = [{"role": SYSTEM, "content": system}] if system else []
    question = "\n\n".join(text for text in texts if text)
    return [*turns, {"role": USER, "content": question}, {"role": ASSISTANT, "content": values.get(answered)} | beside]
