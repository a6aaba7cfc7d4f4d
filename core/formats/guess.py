"""What the columns of a file probably mean, by their names and by what stands in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.formats import column_names as names
from core.formats.columns import ColumnMap, Layout, is_conversation_name
from core.formats.json_fault import is_missing
from core.formats.labelled_text import are_labelled
from core.formats.labels import is_truth_value, label_in
from core.formats.languages import by_language, language_in
from core.formats.multiple_choice import are_told_by_place, choices_column
from core.formats.record import Record
from core.formats.turn_lists import SHAREGPT, turns_in
from core.rows.row import USER

_SENTENCE = 4  # words that a column of instructions has on average, where its name may mean something else
MOST_READINGS, MOST_LANGUAGES = 4, 8


def guess_columns(records: Sequence[Record]) -> ColumnMap | None:
    """What the columns of these records probably mean; None where no instruction and response can be found.

    A column with turns is the conversation where its name says so, or where there is no pair. Records that come later
    may have what these have not: `system`, `history`, `tools`, `rejected` and `label` are named also where none of
    these has them, and so is a column with the name of a conversation that is empty in all of them. Where all parts
    have a language in their names, they are those of one.
    """
    found = _guess(records)
    if found is None or (found.layout == "pair" and _is_empty(found.output, records)):
        return next(iter(_in_languages(records, every_part=found is not None)), found)
    return found


def _guess(records: Sequence[Record]) -> ColumnMap | None:
    found = dict.fromkeys(name for record in records for name in record.fields)
    history = _history(records, found)
    aside = [history] if history else []
    complete = all(_pair(records, found, aside)[::2])
    conversation, layout = _conversation(records, found, complete)
    choices = choices_column(records, found)
    by_place = are_told_by_place(records, choices, names.first_of(names.ANSWER_KEYS, found))
    instruction, given, output = _pair(records, found, [*aside, conversation], names.ANSWER_KEYS if by_place else ())
    judged = _judged(found) if not output or names.plain_name(output) in names.CHOSEN else ("", "")
    preferred = names.first_of(names.CHOSEN, found) if names.first_of(names.REJECTED, found) else ""
    output = judged[0] or preferred or output
    instruction = instruction or (names.first_of((*names.INSTRUCTION, *names.INPUT), found, aside) if judged[0] else "")
    complete = bool(instruction and output)
    if not conversation and not complete:
        instruction, given, output = _by_endings(found, instruction or given, output)
        complete = bool(instruction and output)
    if not conversation and not complete:
        return None
    return ColumnMap(
        layout=layout,
        instruction=instruction if complete else "",
        input=given if complete else "",
        output=output,
        conversation=conversation,
        system=names.first_of(names.SYSTEM, found) or names.SYSTEM[0],
        history=history if complete else "",
        tools=names.first_of(names.TOOLS, found) or names.TOOLS[0],
        choices=choices if complete and are_told_by_place(records, choices, output) else "",
        rejected=judged[1] or names.first_of(names.REJECTED, found) or names.REJECTED[0],
        label=_label(records, [name for name in found if name != output]),
    )


def readings(records: Sequence[Record]) -> list[ColumnMap]:
    """All maps that names and content of these records allow, the most likely first; none where nothing is found."""
    first = guess_columns(records)
    if first is None:
        return []
    every_part = _guess(records) is not None
    in_languages = [each for each in _in_languages(records, every_part) if each != first][: MOST_LANGUAGES - 1]
    if first.layout != "pair":
        pair = replace(first, layout="pair", conversation="")
        return [first, *([pair] if first.instruction and first.output else []), *in_languages]
    found = {name: names.plain_name(name) for record in records for name in record.fields}
    used = (first.instruction, first.input, first.output, first.history)
    answers = sorted((n for n in found if found[n] in names.OUTPUT), key=lambda n: names.OUTPUT.index(found[n]))
    asked = [n for n in found if found[n] in (*names.INSTRUCTION, *names.WEAK_INSTRUCTION)]
    choices = choices_column(records, found)
    others = [replace(first, choices="" if first.choices else choices)] if choices else []
    others += [replace(first, output=name) for name in answers if name not in used]
    others += [replace(first, instruction=n, input=first.input or first.instruction) for n in asked if n not in used]
    if in_languages:
        others = [each for each in others if language_in(each.instruction)[1] == language_in(each.output)[1]]
        others = [each for each in others if each.input != first.instruction or first.input]
    return [first, *in_languages, *(each for each in others[: MOST_READINGS - 1] if each not in in_languages)]


def _in_languages(records: Sequence[Record], every_part: bool) -> list[ColumnMap]:
    """The maps of columns that have a language in their names, one for each: those that most records have first.

    Args:
        every_part: whether question and answer both have one.
    """
    found = dict.fromkeys(name for record in records for name in record.fields)
    maps = []
    for language, own in by_language(found).items():
        shared = {name: name for name in found if not language_in(name)[1] and name not in own}
        columns = {**shared, **own}
        there = [{base: each.fields[name] for base, name in columns.items() if name in each.fields} for each in records]
        guess = _guess([Record(each.number, fields) for each, fields in zip(records, there, strict=True)])
        parts = (
            () if guess is None else (guess.conversation,) if guess.conversation else (guess.instruction, guess.output)
        )
        in_it = [part for part in parts if part in own]
        if guess is None or len(in_it) < (len(parts) if every_part else 1):
            continue
        if not all(_may_say(language, there, part) for part in in_it):
            continue
        named: dict[str, Any] = {part: own[name] for part, name in guess.as_dict().items() if name in own}
        named.pop("layout", None)
        filled = sum(all(not is_missing(fields.get(part)) for part in parts) for fields in there)
        maps.append((filled, replace(guess, **named)))
    return [each for _, each in sorted(maps, key=lambda each: -each[0])]


def _may_say(language: str, rows: Sequence[Mapping[str, Any]], part: str) -> bool:
    """Whether texts or turns stand under a name: `prompt_id` and `question_no` are numbers in most files."""
    cells = [cell for row in rows if not is_missing(cell := row.get(part))]
    texts = [cell for cell in cells if isinstance(cell, str | list | dict)]
    return bool(texts) and (language not in ("id", "no") or any(" " in str(cell).strip() for cell in texts))


def _conversation(records: Sequence[Record], found: Mapping[str, None], complete: bool) -> tuple[str, Layout]:
    """The first column with turns in it: one with a usual name if there is any.

    Args:
        complete: whether instruction and response are there, so that turns under an unusual name are something else.
    """
    usual = [name for name in names.CONVERSATION if name in {names.plain_name(field) for field in found}]
    by_name = sorted(found, key=lambda field: _place(names.plain_name(field), usual))
    skipped = {"prompt", *names.REJECTED, *names.SYSTEM, *names.TOOLS}
    if "prompt" in {names.plain_name(field) for field in found}:  # TRL's turns in two columns are no whole conversation
        skipped.add("completion")
    for field in by_name:
        name = names.plain_name(field)
        if name in skipped or (complete and name not in usual):
            continue
        for record in records:
            turns = turns_in(record.fields.get(field), strings=is_conversation_name(field))
            if turns and (name not in names.CHOSEN or _asks(turns)):
                return field, "sharegpt" if SHAREGPT[0] in turns[0] else "messages"
    for field in by_name:
        name = names.plain_name(field)
        if name in {*usual} - {*names.CHOSEN} and _is_empty(field, records):
            return field, "messages"
        if not complete and name not in {*skipped, *names.CHOSEN} and are_labelled(_filled(field, records)):
            return field, "messages"
    return "", "pair"


def _asks(turns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a user speaks in these turns, so that they are a conversation and no answer only."""
    return any(str(value).lower() in (USER, "human", "prompter") for turn in turns for value in turn.values())


def _is_empty(field: str, records: Sequence[Record]) -> bool:
    return all(cell == [] for cell in _filled(field, records))


def _filled(field: str, records: Sequence[Record]) -> list[Any]:
    return [cell for record in records if not is_missing(cell := record.fields.get(field))]


def _place(name: str, usual: Sequence[str]) -> int:
    return usual.index(name) if name in usual else len(usual)


def _history(records: Sequence[Record], found: Mapping[str, None]) -> str:
    """The column of earlier turns: one of a usual name that has turns, or that of the first where it is no text."""
    for field in sorted(found, key=lambda each: _place(names.plain_name(each), names.HISTORY)):
        name = names.plain_name(field)
        by_turns = "history" in name or "shot" in name  # then texts alone are questions and answers by turns
        if name in names.HISTORY and any(turns_in(each.fields.get(field), by_turns) for each in records):
            return field
    first = names.first_of(names.HISTORY[:1], found) or names.HISTORY[0]
    texts = [cell for each in records if not is_missing(cell := each.fields.get(first))]
    is_text = texts and all(isinstance(cell, str) and cell.lstrip()[:1] not in ("[", "{") for cell in texts)
    return "" if is_text else first


def _pair(
    records: Sequence[Record], found: Mapping[str, None], taken: Sequence[str], keys: Sequence[str] = ()
) -> tuple[str, str, str]:
    """Instruction, input and response; a name that often means something else counts where no better one is there.

    Args:
        keys: names of a response that is told by its letter or number.
    """
    filled = [name for name in found if not _is_empty(name, records)]
    output = names.first_of((*names.OUTPUT, *keys), filled, taken) or names.first_of(names.OUTPUT, found, taken)
    beside = [*taken, output]
    instruction = names.first_of(names.INSTRUCTION, filled, beside) or names.first_of(names.INSTRUCTION, found, beside)
    texts = [name for name in found if _may_be_text(records, name)]
    given = names.first_of(names.INPUT, texts, [*taken, output, instruction])
    if not output and (instruction or given):
        output = names.first_of(names.WEAK_OUTPUT, found, taken)
    if not (output and (instruction or given)):
        for asked, answered in names.PAIRS:
            pair = names.first_of((asked,), found, taken), names.first_of((answered,), found, taken)
            if all(pair):
                return pair[0], "", pair[1]
    if not instruction:
        weak = names.first_of(names.WEAK_INSTRUCTION, found, [*taken, output])
        if names.plain_name(weak) in names.TITLES and not given:
            given = names.first_of(names.BODIES, texts, [*taken, output, weak])
            return weak, given, output
        if weak and (not given or _has_sentences(records, weak)):
            return weak, given, output
        return given, "", output
    return instruction, given, output


def _by_endings(found: Mapping[str, None], instruction: str, output: str) -> tuple[str, str, str]:
    """Instruction, input and response under longer names, such as `deepseek_solution`, where one has no other."""
    output = output or names.first_of(names.WEAK_OUTPUT, found) or names.ending_of(names.ANSWER_ENDINGS, found)
    instruction = instruction or names.ending_of(names.QUESTION_ENDINGS, found, [output])
    return instruction, names.ending_of(names.GIVEN_ENDINGS, found, [output, instruction]), output


def _may_be_text(records: Sequence[Record], field: str) -> bool:
    """Whether a column is text, or a list of texts or of their parts, in one of the records at least."""
    cells = [cell for record in records if not is_missing(cell := record.fields.get(field)) and cell != []]
    return not cells or not all(isinstance(cell, list | dict) and not _is_text_like(cell) for cell in cells)


def _is_text_like(cell: Any) -> bool:
    parts = [cell] if isinstance(cell, dict) else cell
    return all(isinstance(part, str) or (isinstance(part, dict) and "text" in part) for part in parts)


def _judged(found: Mapping[str, None]) -> tuple[str, str]:
    """The columns of a better and a worse answer under names that mean this only beside each other; "" for none."""
    pairs = ((names.first_of((better,), found), names.first_of((worse,), found)) for better, worse in names.JUDGED)
    return next((pair for pair in pairs if all(pair)), ("", ""))


def _label(records: Sequence[Record], found: Iterable[str]) -> str:
    """The column that says of responses whether they are desirable: of a usual name, true or false in all records."""
    for wanted in names.LABEL:
        name = names.first_of((wanted,), found)
        is_label = is_truth_value if wanted in names.CLASSES else _is_label
        if name and all(map(is_label, _filled(name, records))):
            return name
    return names.LABEL[0]


def _is_label(cell: Any) -> bool:
    return label_in(cell) is not None


def _has_sentences(records: Sequence[Record], field: str) -> bool:
    cells = [str(record.fields[field]) for record in records if record.fields.get(field)]
    return bool(cells) and sum(len(cell.split()) for cell in cells) >= _SENTENCE * len(cells)
