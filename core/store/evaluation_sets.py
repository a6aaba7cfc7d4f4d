"""Evaluation sets: instructions with good responses, on which inference loss is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from core.errors import StoreError
from core.rows.evaluation_set import EvaluationExample
from core.store.connection import Connection


@dataclass(frozen=True)
class EvaluationSet:
    """A loaded evaluation set: how many instructions it has, and how many responses to them."""

    evaluation_set_id: int
    name: str
    description: str
    created_at: datetime
    examples: int
    responses: int


_SET = """
    SELECT evaluation_set_id, name, description, created_at, count(position), coalesce(sum(len(outputs)), 0)::BIGINT
    FROM evaluation_sets LEFT JOIN evaluation_examples USING (evaluation_set_id)
"""


class EvaluationTables:
    """The tables `evaluation_sets` and `evaluation_examples`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, examples: Sequence[EvaluationExample], description: str = "") -> int:
        """Keep an evaluation set; returns its number.

        Raises:
            StoreError: there is one of that name.
        """
        with self._connection.write() as cursor:
            if cursor.execute("SELECT 1 FROM evaluation_sets WHERE name = ?", [name]).fetchone():
                raise StoreError(
                    "An evaluation set of this name exists already.", where=name, mend="Choose another name."
                )
            number = int(cursor.execute("SELECT nextval('evaluation_set_ids')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO evaluation_sets VALUES (?, ?, ?, ?)", [number, name, description, datetime.now(UTC)]
            )
            lines = pa.table(
                {
                    "position": pa.array(range(len(examples)), pa.int32()),
                    "instruction": pa.array([each.instruction for each in examples], pa.string()),
                    "input": pa.array([each.input for each in examples], pa.string()),
                    "outputs": pa.array([list(each.outputs) for each in examples], pa.list_(pa.string())),
                }
            )
            cursor.register("lines", lines)
            cursor.execute("INSERT INTO evaluation_examples SELECT ?, * FROM lines", [number])
        return number

    def all(self) -> list[EvaluationSet]:
        """All evaluation sets, oldest first."""
        with self._connection.read() as cursor:
            found = cursor.execute(f"{_SET} GROUP BY ALL ORDER BY evaluation_set_id").fetchall()
        return [EvaluationSet(*each) for each in found]

    def examples(self, evaluation_set_id: int) -> list[EvaluationExample]:
        """The examples of an evaluation set in their order."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                """SELECT instruction, input, outputs FROM evaluation_examples
                WHERE evaluation_set_id = ? ORDER BY position""",
                [evaluation_set_id],
            ).fetchall()
        return [EvaluationExample(instruction, given, tuple(outputs)) for instruction, given, outputs in found]

    def delete(self, evaluation_set_id: int) -> None:
        """Forget an evaluation set; losses that were measured on it stay."""
        with self._connection.write() as cursor:
            cursor.execute("DELETE FROM evaluation_examples WHERE evaluation_set_id = ?", [evaluation_set_id])
            cursor.execute("DELETE FROM evaluation_sets WHERE evaluation_set_id = ?", [evaluation_set_id])
