"""What the cells of a row hold of its parts: a response, a question in turns, an input, earlier turns, tools.

Where a cell holds more than becomes part of the row, `whole` is false and the column stays beside the row, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.formats.cells import CellFaultError, text_of
from core.formats.column_names import CHOSEN, HISTORY, IN_ANSWER, REASONED, REJECTED, REPLIES, plain_name
from core.formats.harmony import harmony_answer, harmony_question
from core.formats.json_fault import is_missing
from core.formats.marked_text import opened_answer
from core.formats.printed_python import decoded
from core.formats.several_answers import SEVERAL
from core.formats.turn_lists import is_conversation, is_turn, turns_in, with_thoughts
from core.formats.turns import content_of, is_only_text, json_values, messages_of
from core.rows.row import ASSISTANT, CALLS, SYSTEM, USER, Message, clean_text

_SAID_IN_LISTS = ("text", "value", "answer", "input_text")
_MAY_BE_TURNS = frozenset((*CHOSEN, *REJECTED, "completion"))  # also where they are text


def answer_in(cell: Any, column: str) -> tuple[list[Message], bool]:
    """A response as turns: itself, or the first of several; and whether that is the whole cell.

    Raises:
        CellFaultError: it is neither text nor turns.
    """
    if isinstance(cell, Mapping) and not is_turn(cell) and any(cell.get(name) for name in CALLS):
        cell = {"role": ASSISTANT, **cell}
    if isinstance(cell, Mapping) and is_turn(cell):
        cell = [cell]
    if isinstance(cell, Mapping):
        return _answer_in_object(cell, column)
    turns = turns_in(cell) if not isinstance(cell, str) or plain_name(column) in _MAY_BE_TURNS else None
    if turns is not None:
        return messages_of(turns, column), True
    if isinstance(cell, str) and (spoken := harmony_answer(cell)):
        return messages_of(with_thoughts(spoken), column), True
    whole = True
    if isinstance(cell, str) and plain_name(column) in SEVERAL and _is_list_of_texts(found := decoded(cell)):
        cell = found
    if isinstance(cell, list) and cell and all(isinstance(each, Mapping) for each in cell) and answer_name(cell[0]):
        found, whole = _answer_in_object(cell[0], column)
        return found, whole and len(cell) == 1
    if _is_list_of_texts(cell):
        whole = whole and len(cell) == 1
        cell = next((each for each in cell if each.strip()), "")
    elif isinstance(cell, list) and (not cell or any(isinstance(each, str | list) for each in cell)):
        first = next((each for each in cell if not is_missing(each)), "")  # beside what is missing, or in one more list
        return answer_in(first, column)[0], whole and len(cell) == 1
    return [Message(ASSISTANT, text_of(cell, column))], whole


def answer_name(cell: Mapping[str, Any]) -> str:
    """Under which name the answer stands in an object that says more of it; "" where there is none."""
    for name in REPLIES:
        if isinstance(cell.get(name), list) and cell[name] and isinstance(cell[name][0], Mapping):
            return name
    there = [name for name in IN_ANSWER if isinstance(cell.get(name), str | list | Mapping | int | float)]
    return next((name for name in there if cell[name]), there[0] if there else "")


def _answer_in_object(cell: Mapping[str, Any], column: str) -> tuple[list[Message], bool]:
    """The answer in an object, and with it the reasoning that led to it; whatever else is there stays beside the row.

    Raises:
        CellFaultError: there is none.
    """
    name = answer_name(cell)
    said: Any = content_of(cell, column) if name == "parts" else cell[name] if name else text_of(cell, column)
    if name in REPLIES:
        told = [each.get("message") or each.get("content") or each.get("text") for each in said if type(each) is dict]
        said = next((each for each in told if each), "")
    turns, whole = answer_in(said, column)
    thoughts = {key: cell[key] for key in REASONED if isinstance(cell.get(key), str) and cell[key].strip()}
    if thoughts and len(turns) == 1:
        turns = [replace(turns[0], keys={**turns[0].keys, **thoughts})]
    return turns, whole and name not in REPLIES and cell.keys() <= {name, *thoughts}


def turns_of_lists(asked: Any, answers: Any, given: str) -> list[Message]:
    """The turns of several questions with as many answers, as CoQA has them; none where a cell is no such list.

    Args:
        given: what they are about, which goes with the first question.
    """
    if isinstance(answers, Mapping):
        answers = next((each for name in _SAID_IN_LISTS if isinstance(each := answers.get(name), list)), None)
    if not _is_list_of_texts(asked) or not isinstance(answers, list) or len(asked) != len(answers):
        return []
    said = [_said(each) for each in answers]
    if not _is_list_of_texts(said):
        return []
    texts = [text for pair in zip(asked, said, strict=True) for text in pair]
    texts[0] = f"{texts[0]}\n\n{given}" if given else texts[0]
    return [Message(ASSISTANT if place % 2 else USER, clean_text(text)) for place, text in enumerate(texts)]


def _said(answer: Any) -> Any:
    if not isinstance(answer, Mapping):
        return answer
    return next((answer[name] for name in _SAID_IN_LISTS if name in answer), None)


def _is_list_of_texts(cell: Any) -> bool:
    return isinstance(cell, list) and bool(cell) and all(isinstance(each, str) for each in cell)


def is_other_text(cell: Any, asked: Any) -> bool:
    """Whether an answer with speakers in it is a text of its own, and not the conversation that has the question.

    Such as a play that was asked for: the question does not stand in it.
    """
    if not isinstance(cell, str) or not isinstance(asked, str) or decoded(cell) is not None:
        return False
    return clean_text(asked).strip() not in cell


def question_in(cell: Any, column: str) -> list[Message] | None:
    """The turns of a question that is more than a text, also as text; None where it is a text.

    Raises:
        CellFaultError: a turn can't be read.
    """
    if isinstance(cell, str):
        found = harmony_question(cell) or opened_answer(cell) or decoded(cell)
        turns = with_thoughts(found) if is_conversation(found) else None
    else:
        turns = turns_in(cell) if isinstance(cell, list | dict) else None
    return None if turns is None else messages_of(turns, column)


def input_in(cell: Any, column: str) -> tuple[str, bool]:
    """The input, of several texts all of them; and whether that is the whole cell.

    Raises:
        CellFaultError: it is no text.
    """
    if _is_list_of_texts(cell):
        return "\n\n".join(filter(None, (text_of(each, column) for each in cell))), len(cell) == 1
    return content_of(cell, column), is_only_text(cell)


def history_in(cell: Any, column: str) -> list[Message] | None:
    """Earlier turns; None where the column holds something else.

    Raises:
        CellFaultError: it should hold turns, and does not.
    """
    if is_missing(cell) or cell in ([], {}) or (isinstance(cell, str) and cell.strip() in ("", "[]")):
        return []
    turns = turns_in(cell, strings=True)
    if turns is not None:
        return messages_of(turns, column)
    pairs = decoded(cell) if isinstance(cell, str) else cell
    if isinstance(pairs, list) and all(isinstance(turn, list | tuple) and len(turn) == 2 for turn in pairs):
        texts = [text_of(text, column) for turn in pairs for text in turn]
        return [Message(ASSISTANT if place % 2 else USER, text) for place, text in enumerate(texts)]
    if plain_name(column) != HISTORY[0]:  # a text, which is something else
        return None
    raise CellFaultError(
        f"The column “{column}” is not a list of [question, answer] pairs.",
        "Write it as [[question, answer], …], or choose no history column.",
    )


def tools_in(cell: Any, column: str) -> list[Any] | None:
    """Tools, each an object, as a list or one alone, also as text; None where there are none."""
    found = decoded(cell) if isinstance(cell, str) else cell
    listed = [found] if isinstance(found, Mapping) and found else found
    tools = [decoded(each) if isinstance(each, str) else each for each in listed] if isinstance(listed, list) else []
    if not tools or not all(isinstance(each, Mapping) for each in tools):
        return None
    return list(json_values(tools, column))


def shared_turns(turns: Sequence[Message], messages: Sequence[Message]) -> int:
    """With how many turns of a conversation another answer begins, where that leaves out the system prompt, too."""
    before = messages[1:] if messages and messages[0].role == SYSTEM and turns[0].role != SYSTEM else messages
    shared = 0
    while shared < min(len(turns) - 1, len(before)) and turns[shared] == before[shared]:
        shared += 1
    return shared
