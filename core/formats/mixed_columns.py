"""Rows whose columns are others than those of the first rows: files put together, a column that comes late.

A row that lacks the question, the answer or the conversation of the file's columns is read by its own; one that has a
part of a row which the first rows had not is read with it. How many rows were read so is told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from core.formats.columns import ColumnMap
from core.formats.guess import guess_columns
from core.formats.json_fault import is_missing
from core.formats.judged_pairs import CHOSEN, undecided
from core.formats.labels import label_in
from core.formats.multiple_choice import first_choices
from core.formats.record import Record
from core.formats.several_answers import ranked_by, several_in
from core.formats.turn_lists import turns_in
from core.humanize import counted, listed

_LATE = ("input", "system", "history", "tools", "rejected", "label")
_MOST_TOLD = 8


class MixedColumns:
    """What the columns mean, row by row.

    Attributes:
        base: what they mean in the first rows.
    """

    def __init__(self, base: ColumnMap, first: Sequence[Record], guessed: bool, lacking: Sequence[str] = ()) -> None:
        """
        Args:
            guessed: whether `base` was; columns that were named by hand hold for all rows.
            lacking: columns of a description beside the file that it has not.
        """
        self.base = base
        self._of_columns = tuple(_told_of_columns(base, first, lacking))
        self._known = frozenset(name for record in first for name in record.fields)
        self._beside_answers = {
            name
            for record in first
            if not is_missing(record.fields.get(base.output))
            for name, cell in record.fields.items()
            if not is_missing(cell)
        }
        self._guessed = guessed
        self._read_by: Counter[str] = Counter()

    def of(self, record: Record) -> ColumnMap:
        """What the columns of a row mean."""
        lacking = self._lacks(record) or self._answers_elsewhere(record)
        if not self._guessed or not (lacking or record.fields.keys() - self._known):
            return self.base
        if lacking and self.base.output == CHOSEN and undecided(record.fields):
            return self.base
        own = guess_columns([record])
        if own is None:
            return self.base
        if not lacking:
            own = self._with_late_parts(record, own)
            if own == self.base:
                return own
        self._read_by[_told(own, record)] += 1
        return own

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the columns, and what was read by others so far, in sentences."""
        told = (
            f"{counted(rows, 'row')} with other columns: {columns}."
            for columns, rows in self._read_by.most_common(_MOST_TOLD)
        )
        return (*self._of_columns, *told)

    def _lacks(self, record: Record) -> bool:
        base, there = self.base, record.fields
        has_pair = bool(base.instruction and base.output) and base.instruction in there and base.output in there
        return not has_pair and (base.layout == "pair" or base.conversation not in there)

    def _answers_elsewhere(self, record: Record) -> bool:
        """Whether the answer stands in a column that no row has beside the file's own, or the whole pair elsewhere."""
        there, output = record.fields, self.base.output
        if self.base.layout != "pair" or not is_missing(there.get(output)):
            return False
        own = guess_columns([record])
        if own is None or own.output == output:
            return False
        return own.output not in self._beside_answers or is_missing(there.get(self.base.instruction))

    def _with_late_parts(self, record: Record, own: ColumnMap) -> ColumnMap:
        """The file's columns with those parts that this row has under a name that no row had before."""
        used = {getattr(self.base, part.name) for part in fields(self.base)}
        late = {part: getattr(own, part) for part in _LATE if getattr(own, part) in record.fields.keys() - self._known}
        if self.base.layout != "pair":
            late = {part: name for part, name in late.items() if part not in ("input", "history")}
        free = {part: name for part, name in late.items() if getattr(self.base, part) not in record.fields}
        return replace(self.base, **{part: name for part, name in free.items() if name not in used})


def _told_of_columns(base: ColumnMap, first: Sequence[Record], lacking: Sequence[str]) -> Iterator[str]:
    if lacking:
        yield f"Described beside the file, but no column of it: {listed([name[:40] for name in lacking], _MOST_TOLD)}."
    used = {getattr(base, part.name) for part in fields(base)}
    held = dict.fromkeys(name for each in first for name, cell in each.fields.items() if isinstance(cell, bytes))
    if binary := [name[:40] for name in held if name not in used]:
        yield f"Not kept, as they hold bytes and no text: {listed(binary, _MOST_TOLD)}."
    asked = [(each.fields.get(base.instruction), each.fields) for each in first]
    alone = [cells for question, cells in asked if not isinstance(question, list) or len(question) == 1]
    answers = [(several_in(cells.get(base.output), base.output), cells) for cells in alone]
    if base.layout == "pair" and any(several and turns_in(several) is None for several, _ in answers):
        best = next(filter(None, (ranked_by(several, beside) for several, beside in answers)), "")
        which = f"the best by “{best[:40]}”" if best else "the first"
        yield f"Of several answers in “{base.output[:40]}” {which} is the response; all stay beside the rows."
    if base.choices:
        numbers = " or a number" if first_choices(first, base.choices, base.output) else ""
        counted = f" (counted from {base.first_choice or 0})" if numbers else ""
        yield (
            f"The choices in “{base.choices[:40]}” stand in the question, and an answer that is a letter{numbers}"
            f"{counted} is the choice with its letter; the columns stay beside the rows."
        )
    if any(label_in(record.fields.get(base.label)) is not None for record in first):
        yield f"“{base.label[:40]}” says whether a response is desirable (KTO); exports have it as label."


def _told(columns: ColumnMap, record: Record) -> str:
    there = {part: name for part, name in columns.as_dict().items() if part != "layout" and name in record.fields}
    return ", ".join(f"{part}={name[:40]}" for part, name in there.items())
