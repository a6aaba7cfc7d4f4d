"""Which answer of a conversation is the response of its row."""

from core.formats.choices import Answers
from core.formats.columns import ColumnMap
from core.formats.parse import to_row
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.rows.row import ASSISTANT, USER, Row, message_of, row_from_messages


def to_rows(record: Record, columns: ColumnMap, file_name: str, answers: Answers = "last") -> list[Row | Rejection]:
    """The row that a record stands for, or one for each of its answers, as `core.formats.parse.to_row`."""
    made = to_row(record, columns, file_name)
    return list(by_answers(made, answers)) if isinstance(made, Row) else [made]


def by_answers(row: Row, answers: Answers) -> list[Row]:
    """The row with the answer that is chosen as its response.

    Of `each` answer the row ends with it; where the `first` is chosen the later turns stay in the row, unscored. A
    preference is between two last answers, and a label is that of the last one, so these stay as they are.
    """
    if answers == "last" or row.messages is None or row.rejected or row.label is not None:
        return [row]
    turns = [message_of(turn) for turn in row.turns]
    asked = next(place for place, turn in enumerate(turns) if turn.role == USER and turn.text)
    places = [n for n, turn in enumerate(turns) if n > asked and turn.role == ASSISTANT and turn.text]
    if answers == "first":
        return [row_from_messages(turns, row.extra, row.tools, response=places[0])]
    return [row_from_messages(turns[: place + 1], row.extra, row.tools) for place in places]


def answer_count(row: Row) -> int:
    """How many answers a conversation has."""
    return sum(turn["role"] == ASSISTANT for turn in row.turns)
