"""The records of a file, whatever its form: a stream that never holds the whole file."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from core.errors import InputError
from core.formats.annotations import annotated, decided, is_argillas, is_prodigys, written_out
from core.formats.answer_steps import joined_steps, may_have_steps
from core.formats.choice_lists import gathered_choices, has_choice_columns
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.detect import format_of, formats
from core.formats.exported_chats import branches_left, conversations_in, is_tree
from core.formats.flat_trees import joined_trees
from core.formats.format import Format
from core.formats.judged_pairs import judged, may_be_judged
from core.formats.languages import apart_by_language, apart_by_translation, has_translation
from core.formats.nested_rows import rows_within
from core.formats.numbered_answers import gathered_answers, has_numbered_answers
from core.formats.numbered_turns import has_numbered_turns, numbered_turns
from core.formats.picked_turns import may_have_picks, picked
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection
from core.formats.segments import has_segments, segmented
from core.formats.source import Source, open_source
from core.formats.threads import joined_threads
from core.humanize import counted

__all__ = ["MAX_ROW_BYTES", "Record", "RecordReader", "read_records"]

_NESTED = frozenset((dict, list))
Change = Callable[[dict[str, Any]], dict[str, Any]]
# How columns become others: whether their names allow it, the change, and what is told of it.
_KINDS: tuple[tuple[Callable[[tuple[str, ...]], bool], Change, str], ...] = (
    (is_prodigys, decided, "of Prodigy: what was chosen or written is the “answer”, accept or reject the “decision”"),
    (is_argillas, written_out, "of Argilla: what was written, else the best proposal, is the “response”"),
    (may_be_judged, judged, "with two answers and which is better: chosen and rejected"),
    (
        may_have_picks,
        picked,
        "with several answers to a question, one of them picked: it is read, the last with the least good other one as "
        "rejected; all of them stay beside the rows in “all_turns”",
    ),
    (
        has_segments,
        segmented,
        "in segments: those that are trained on are answers, the mask of each turn is its “train”, and the segments "
        "stay beside the rows",
    ),
    (has_translation, apart_by_translation, "with a translation: a column for each language"),
    (has_numbered_turns, numbered_turns, "with turns in numbered columns: a conversation each"),
    (may_have_steps, joined_steps, "with an answer in steps: joined line by line; the steps stay beside the rows"),
    (has_choice_columns, gathered_choices, "with choices in columns of their own: one column “choices”"),
    (has_numbered_answers, gathered_answers, "with several answers in numbered columns: one column of all"),
)


@lru_cache(maxsize=1024)
def _changes(names: tuple[str, ...]) -> tuple[tuple[Change, str], ...]:
    """What may be done to rows with these columns, and what is told of it."""
    return tuple((change, told) for may_be, change, told in _KINDS if may_be(names))


class RecordReader(Iterator[Record | Rejection]):
    """Goes once over a file's rows; a context manager that closes the file.

    Attributes:
        shown: the name of the file in rejections.
        format: of the file.
        size: bytes of the file on disk.
        encoding: of its text, found or given; "" where it is of a binary format.
        has_trees: whether a row so far is a tree, of which paths can be chosen.
    """

    def __init__(self, path: Path, shown: str, choices: ReadingChoices = DEFAULT) -> None:
        self._source = open_source(path, shown, formats(), choices.encoding)
        self._source.list_name = choices.list_name
        self._paths, self.has_trees = choices.paths, False
        self._branches_left = self._chats_left = 0
        self._of_kinds: Counter[str] = Counter()
        self._waiting: deque[Record] = deque()
        self.encoding = self._source.encoding
        self.shown, self.size = shown, self._source.size
        try:
            self.format = format_of(self._source)
            if choices.list_name and self.format.lists is None:
                raise InputError(
                    f"This file has no lists, so none is called “{choices.list_name}”.",
                    where=shown,
                    mend="Choose no list.",
                )
            rows = _until_damage(self.format.read(self._source), self._source, self.format)
            self._rows = joined_trees(joined_threads(rows, self._source.notes), shown)
        except BaseException:
            self._source.close()
            raise

    @property
    def bytes_read(self) -> int:
        """How much of the file on disk has been read, for progress."""
        return min(self._source.bytes_read, self.size)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was passed over so far, in sentences."""
        told = list(self._source.notes)
        told += [f"{counted(rows, 'row')} {kind}." for kind, rows in self._of_kinds.items()]
        if left := self._branches_left:
            chats = f"{left:,} other branch{'es' * (left != 1)} of {counted(self._chats_left, 'chat')}"
            told.append(f"Only the current branch was read, not {chats}.")
        return tuple(told)

    def __next__(self) -> Record | Rejection:
        if self._waiting:
            return self._waiting.popleft()
        row = next(self._rows)
        if not isinstance(row, Record):
            return row
        if _NESTED.isdisjoint(map(type, row.fields.values())):  # texts and numbers alone, which most rows are
            alone = self._as_known(row.fields)
            return row if alone is row.fields else Record(row.number, alone)
        self._look(row)
        rows = [each for fields in annotated(row.fields) for each in rows_within(apart_by_language(fields))]
        within = [self._as_known(fields) for fields in rows]
        found = [each for fields in within for each in conversations_in(fields, self._paths)]
        first, *others = found
        self._waiting.extend(Record(row.number, fields) for fields in others)
        return row if first is row.fields else Record(row.number, first)

    def _as_known(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The columns as those of a form that everybody knows."""
        for change, told in _changes(tuple(fields)):
            made = change(fields)
            if made is not fields:
                self._of_kinds[told] += 1
                fields = made
        return fields

    def _look(self, row: Record) -> None:
        """Notice what can be chosen of a record, and what is left out of it."""
        left = branches_left(row.fields)
        self.has_trees = self.has_trees or left > 0 or ("mapping" not in row.fields and is_tree(row.fields))
        if left and self._paths == "best":
            self._branches_left += left
            self._chats_left += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()


def read_records(path: Path, file_name: str | None = None, choices: ReadingChoices = DEFAULT) -> RecordReader:
    """Every row of a file of a known format, plain or .gz or .zst, as a record or a rejection.

    Args:
        path: the file.
        file_name: the name that the user knows it by, where it is not the path's own.
        choices: how it is read.

    Raises:
        InputError: the file as a whole can't be read (missing, empty, binary, damaged from its start), or has no list
            of the name that is chosen.
    """
    return RecordReader(path, file_name or path.name, choices)


def lists_of(path: Path, shown: str, encoding: str = "") -> tuple[str, ...]:
    """The lists of rows in a JSON document, where it is one object that holds them, or the sheets of a workbook.

    Raises:
        InputError: the file can't be read.
    """
    with closing(open_source(path, shown, formats(), encoding)) as source:
        names = format_of(source).lists
        return names(source) if names else ()


def _until_damage(rows: Iterator[Record | Rejection], source: Source, of: Format) -> Iterator[Record | Rejection]:
    """The rows, and at the end what is wrong with the compressed file, instead of what this made of the last row.

    A row of a table looks whole also where its last cell was cut, so that one is not trusted either.
    """
    held: Record | Rejection | None = None
    number = 0
    for row in rows:
        if held:
            number = held.number if isinstance(held, Record) else number
            yield held
        held = row
    if held and (not source.damage or (isinstance(held, Record) and not of.cut_rows_look_whole)):
        number = held.number if isinstance(held, Record) else number
        yield held
    if source.damage:
        yield Rejection(
            source.shown,
            number + 1,
            f"{source.damage} It was read up to row {number:,}.",
            f"{source.mend} The rows before this point were loaded.",
        )
