"""Which columns hold question, input and answer, by their names and by what stands in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.formats import column_names as names
from core.formats.json_fault import is_missing
from core.formats.record import Record

_SENTENCE = 4  # words that a column of instructions has on average, where its name may mean something else


def pair_columns(
    records: Sequence[Record], found: Mapping[str, None], taken: Sequence[str], keys: Sequence[str] = ()
) -> tuple[str, str, str]:
    """Instruction, input and response; a name that often means something else counts where no better one is there.

    Args:
        keys: names of a response that is told by its letter or number.
    """
    there = [name for name in found if not is_empty(name, records)]
    output = names.first_of((*names.OUTPUT, *keys), there, taken) or names.first_of(names.OUTPUT, found, taken)
    beside = [*taken, output]
    instruction = names.first_of(names.INSTRUCTION, there, beside) or names.first_of(names.INSTRUCTION, found, beside)
    texts = [name for name in found if _may_be_text(records, name)]
    full = [name for name in texts if name in there]
    given = names.first_of(names.INPUT, full, [*beside, instruction])
    empty = names.first_of(names.INPUT, texts, [*beside, instruction])
    if not output and (instruction or given):
        output = names.first_of(names.WEAK_OUTPUT, found, taken)
    if not (output and (instruction or given)):
        for asked, answered in names.PAIRS:
            pair = names.first_of((asked,), found, taken), names.first_of((answered,), found, taken)
            if all(pair):
                return pair[0], names.first_of(names.INPUT, full, [*taken, *pair]), pair[1]
    if instruction:
        about = _about(records, full, instruction, [*beside, instruction, given])
        if about and names.plain_name(given) in names.CONTEXTS:
            return about, given, output
        return instruction, given or about or empty, output
    weak = names.first_of(names.WEAK_INSTRUCTION, there, beside)
    if names.plain_name(weak) in names.TITLES and not given:
        return weak, names.first_of(names.BODIES, texts, [*beside, weak]), output
    if weak and (not given or _has_sentences(records, weak)):
        return weak, given, output
    return given or empty, names.first_of(names.INPUT, full, [*beside, given]) if given else "", output


def _said(asked: Any) -> str:
    """An instruction that is a text, or one text in a list; "" for turns."""
    asked = asked[0] if isinstance(asked, list) and len(asked) == 1 else asked
    return asked.strip() if isinstance(asked, str) else ""


def direction_column(records: Sequence[Record], found: Mapping[str, None], pair: Sequence[str]) -> str:
    """The column that says what to do with question and input beside it, which is the system prompt then; "" for none.

    Args:
        pair: instruction, input and response.
    """
    column = names.first_of(names.DIRECTIONS, found, pair) if pair[0] and pair[1] else ""
    return column if column and _about(records, [pair[0]], column, [column]) else ""


def _about(records: Sequence[Record], texts: Sequence[str], instruction: str, taken: Sequence[str]) -> str:
    """What an instruction is about, under a name of questions or texts; "" where one has the other in itself."""
    column = names.first_of(names.ABOUT, texts, taken) if names.plain_name(instruction) in names.DIRECTIONS else ""
    both = [(each.fields.get(column), each.fields.get(instruction)) for each in records] if column else []
    texts_of = [(text, _said(asked)) for text, asked in both if not is_missing(text) and not is_missing(asked)]
    apart = [isinstance(t, str) and bool(q) and t.strip() not in q and q not in t for t, q in texts_of]
    return column if 2 * sum(apart) > len(apart) else ""


def columns_by_endings(found: Mapping[str, None], instruction: str, output: str, choices: str) -> tuple[str, str, str]:
    """Instruction, input and response under longer names, such as `deepseek_solution`, where one has no other."""
    if output and not instruction and (text := names.first_of(names.TEXTS, found, [output, choices])):
        return text, "", output
    if not output and names.plain_name(instruction) in (*names.DIRECTIONS, "input"):
        output = names.first_of(names.WRITTEN, found, [instruction])
    output = output or names.first_of(names.WEAK_OUTPUT, found) or names.ending_of(names.ANSWER_ENDINGS, found)
    instruction = instruction or names.ending_of(names.QUESTION_ENDINGS, found, [output])
    return instruction, names.ending_of(names.GIVEN_ENDINGS, found, [output, instruction]), output


def reply_column(records: Sequence[Record], found: Mapping[str, None]) -> str:
    """The column with replies of a service, such as `choices` with their messages; "" where there is none."""
    column = names.first_of(names.REPLIES, found)
    cells = filled(column, records) if column else []
    are_replies = [
        isinstance(cell, list) and all(isinstance(each, dict) and _says(each) for each in cell) for cell in cells
    ]
    return column if cells and all(are_replies) else ""


def _says(reply: Mapping[str, Any]) -> bool:
    return "message" in reply or "content" in reply


def is_a_word(records: Sequence[Record], field: str) -> bool:
    """Whether a task is one word, the name of its kind."""
    return names.plain_name(field) in names.TASKS and not has_texts(records, field)


def has_texts(records: Sequence[Record], field: str) -> bool:
    """Whether a column has nothing but texts of several words, or lists of them."""
    cells = [each for cell in filled(field, records) for each in (cell if isinstance(cell, list) else [cell])]
    return bool(cells) and all(isinstance(cell, str) for cell in cells) and any(" " in cell.strip() for cell in cells)


def _may_be_text(records: Sequence[Record], field: str) -> bool:
    """Whether a column is text, or a list of texts or of their parts, in one of the records at least."""
    cells = [cell for cell in filled(field, records) if cell != []]
    return not cells or not all(isinstance(cell, list | dict) and not _is_text_like(cell) for cell in cells)


def _is_text_like(cell: Any) -> bool:
    parts = [cell] if isinstance(cell, dict) else cell
    return all(isinstance(part, str) or (isinstance(part, dict) and "text" in part) for part in parts)


def judged_columns(found: Mapping[str, None]) -> tuple[str, str]:
    """The columns of a better and a worse answer under names that mean this only beside each other; "" for none."""
    pairs = ((names.first_of((better,), found), names.first_of((worse,), found)) for better, worse in names.JUDGED)
    return next((pair for pair in pairs if all(pair)), ("", ""))


def _has_sentences(records: Sequence[Record], field: str) -> bool:
    cells = [str(record.fields[field]) for record in records if record.fields.get(field)]
    return bool(cells) and sum(len(cell.split()) for cell in cells) >= _SENTENCE * len(cells)


def is_empty(field: str, records: Sequence[Record]) -> bool:
    """Whether a column has nothing but empty lists and blank texts."""
    return all(cell == [] or (isinstance(cell, str) and not cell.strip()) for cell in filled(field, records))


def filled(field: str, records: Sequence[Record]) -> list[Any]:
    """The cells of a column that hold something."""
    return [cell for record in records if not is_missing(cell := record.fields.get(field))]
