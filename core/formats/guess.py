"""What the columns of a file probably mean, by their names and by what stands in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.formats import column_names as names
from core.formats.columns import ColumnMap
from core.formats.json_fault import is_missing
from core.formats.labels import is_truth_value, label_in
from core.formats.languages import by_language, language_in, translated
from core.formats.multiple_choice import are_told_by_place, choices_column, first_choices
from core.formats.pair_columns import (
    columns_by_endings,
    direction_column,
    filled,
    has_texts,
    is_a_word,
    is_empty,
    judged_columns,
    pair_columns,
    reply_column,
)
from core.formats.record import Record
from core.formats.turn_columns import conversation_column, history_column

MOST_READINGS, MOST_LANGUAGES = 4, 8


def guess_columns(records: Sequence[Record]) -> ColumnMap | None:
    """What the columns of these records probably mean; None where no instruction and response can be found.

    A column with turns is the conversation where its name says so, or where there is no pair. Records that come later
    may have what these have not: `system`, `history`, `tools`, `rejected` and `label` are named also where none of
    these has them, and so is a column with the name of a conversation that is empty in all of them. Where all parts
    have a language in their names, they are those of one.
    """
    found = _guess(records)
    if found is None or (found.layout == "pair" and is_empty(found.output, records)):
        return next(iter(_in_languages(records, every_part=found is not None)), found)
    return found


def _guess(records: Sequence[Record]) -> ColumnMap | None:
    found = dict.fromkeys(name for record in records for name in record.fields)
    history = history_column(records, found)
    aside = [history] if history else []
    asked, _, said = pair_columns(records, found, aside)
    complete = bool(asked and said) and not is_a_word(records, asked)
    conversation, layout = conversation_column(records, found, complete)
    choices = choices_column(records, found)
    by_place = are_told_by_place(records, choices, names.first_of(names.ANSWER_KEYS, found))
    keys = names.ANSWER_KEYS if by_place else ()
    instruction, given, output = pair_columns(records, found, [*aside, conversation, choices], keys)
    judged = judged_columns(found) if not output or names.plain_name(output) in names.CHOSEN else ("", "")
    preferred = names.first_of(names.CHOSEN, found) if names.first_of(names.REJECTED, found) else ""
    output = judged[0] or preferred or output
    instruction = instruction or (names.first_of((*names.INSTRUCTION, *names.INPUT), found, aside) if judged[0] else "")
    complete = bool(instruction and output)
    if not conversation and not complete:
        instruction, given, output = columns_by_endings(found, instruction or given, output, choices)
        complete = bool(instruction and output)
    if not conversation and not complete:
        instruction, given, output = _of_translation(records, found)
        complete = bool(output)
    if not conversation and not complete:
        return None
    output = output or reply_column(records, found)
    directed = direction_column(records, found, (instruction, given, output)) if complete else ""
    told = complete and are_told_by_place(records, choices, output)
    return ColumnMap(
        layout=layout,
        instruction=instruction if complete else "",
        input=given if complete else "",
        output=output,
        conversation=conversation,
        system=names.first_of(names.SYSTEM, found) or directed or names.SYSTEM[0],
        history=history if complete else "",
        tools=names.first_of(names.TOOLS, found) or names.TOOLS[0],
        choices=choices if told else "",
        first_choice=next(iter(first_choices(records, choices, output)), "") if told else "",
        rejected=judged[1] or names.first_of(names.REJECTED, found) or names.REJECTED[0],
        label=_label(records, [name for name in found if name != output]),
    )


def _of_translation(records: Sequence[Record], found: Mapping[str, None]) -> tuple[str, str, str]:
    """A text and the same in another language, the first one asked for, or given to an instruction; "" elsewhere."""
    columns = translated(found)
    if not columns or not all(has_texts(records, each) for each in columns):
        return "", "", ""
    asked = names.first_of(names.INSTRUCTION, found, columns)
    return (asked, columns[0], columns[1]) if asked else (columns[0], "", columns[1])


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
    answers += [each for each in names.all_endings_of(names.ANSWER_ENDINGS, found) if has_texts(records, each)]
    asked = [n for n in found if found[n] in (*names.INSTRUCTION, *names.WEAK_INSTRUCTION)]
    choices = choices_column(records, found)
    others = [replace(first, choices="", first_choice="") if first.choices else replace(first, choices=choices)]
    others = others if choices else []
    counted = first_choices(records, first.choices, first.output)
    others += [replace(first, first_choice=each) for each in counted if each != first.first_choice]
    others += [replace(first, output=name) for name in answers if name not in used]
    others += [replace(first, instruction=n, input=first.input or first.instruction) for n in asked if n not in used]
    if translated((first.input or first.instruction, first.output)):
        back = replace(first, input=first.output) if first.input else replace(first, instruction=first.output)
        others.append(replace(back, output=first.input or first.instruction))
    if names.plain_name(first.input) in names.ABOUT:
        others.append(replace(first, input=""))
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
        whole = sum(all(not is_missing(fields.get(part)) for part in parts) for fields in there)
        maps.append((whole, replace(guess, **named)))
    return [each for _, each in sorted(maps, key=lambda each: -each[0])]


def _may_say(language: str, rows: Sequence[Mapping[str, Any]], part: str) -> bool:
    """Whether texts or turns stand under a name: `prompt_id` and `question_no` are numbers in most files."""
    cells = [cell for row in rows if not is_missing(cell := row.get(part))]
    texts = [cell for cell in cells if isinstance(cell, str | list | dict)]
    return bool(texts) and (language not in ("id", "no") or any(" " in str(cell).strip() for cell in texts))


def _label(records: Sequence[Record], found: Iterable[str]) -> str:
    """The column that says of responses whether they are desirable: of a usual name, true or false in all records."""
    for wanted in names.LABEL:
        name = names.first_of((wanted,), found)
        is_label = is_truth_value if wanted in names.CLASSES else _is_label
        if name and all(map(is_label, filled(name, records))):
            return name
    return names.LABEL[0]


def _is_label(cell: Any) -> bool:
    return label_in(cell) is not None
