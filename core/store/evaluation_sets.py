"""Evaluation sets: instructions with good responses, on which inference loss is measured."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from core.errors import StoreError
from core.rows.evaluation_parts import Division, Parts, split
from core.rows.evaluation_set import EvaluationExample
from core.store.connection import Connection
from core.values import Door, read


@dataclass(frozen=True)
class EvaluationSet:
    """A loaded evaluation set: how many instructions it has, and how many responses to them.

    Attributes:
        held_out: whether it is made of rows of a dataset, which no training set may have then.
    """

    evaluation_set_id: int
    name: str
    description: str
    created_at: datetime
    examples: int
    responses: int
    division: Division = field(default_factory=Division)
    held_out: bool = False


_SET = """
    SELECT evaluation_set_id, name, description, created_at, count(position), coalesce(sum(len(outputs)), 0)::BIGINT,
        division, held_out
    FROM evaluation_sets LEFT JOIN evaluation_examples USING (evaluation_set_id)
"""


class EvaluationTables:
    """The tables `evaluation_sets` and `evaluation_examples`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, name: str, examples: Sequence[EvaluationExample], description: str = "", held_out: bool = False
    ) -> int:
        """Keep an evaluation set; returns its number.

        Args:
            held_out: whether the examples are rows of a dataset.

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
                "INSERT INTO evaluation_sets VALUES (?, ?, ?, ?, '{}', ?)",
                [number, name, description, datetime.now(UTC), held_out],
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
        found = self._connection.recall(f"{_SET} GROUP BY ALL ORDER BY evaluation_set_id")
        return [
            EvaluationSet(*(*about, read(Division, json.loads(division), "evaluation set", Door.STORE), held_out))
            for *about, division, held_out in found
        ]

    def get(self, evaluation_set_id: int) -> EvaluationSet:
        """One of them.

        Raises:
            StoreError: it is not here any more.
        """
        found = next((each for each in self.all() if each.evaluation_set_id == evaluation_set_id), None)
        if found is None:
            raise StoreError(
                "Evaluation set not found.", where=f"number {evaluation_set_id}", mend="Choose another one."
            )
        return found

    def examples(self, evaluation_set_id: int) -> list[EvaluationExample]:
        """The examples of an evaluation set in their order."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                """SELECT instruction, input, outputs FROM evaluation_examples
                WHERE evaluation_set_id = ? ORDER BY position""",
                [evaluation_set_id],
            ).fetchall()
        return [EvaluationExample(instruction, given, tuple(outputs)) for instruction, given, outputs in found]

    def parts(self, evaluation_set_id: int) -> Parts:
        """The examples of an evaluation set by part.

        Raises:
            StoreError: it is not here any more.
        """
        division = self.get(evaluation_set_id).division
        return split(self.examples(evaluation_set_id), division.shares, division.seed)

    def transfer(self, evaluation_set_id: int) -> tuple[EvaluationExample, ...]:
        """The examples of its transfer part; none where none is chosen, or what was chosen is not here any more.

        Raises:
            StoreError: the evaluation set is not here any more.
        """
        return tuple(self.examples(self.get(evaluation_set_id).division.transfer))

    def kept_apart(self) -> list[EvaluationExample]:
        """What no training set may have, whatever it is measured on: held out rows, and what measures transfer."""
        sets = self.all()
        apart = {each.evaluation_set_id for each in sets if each.held_out} | {each.division.transfer for each in sets}
        return [example for number in sorted(apart) for example in self.examples(number)]

    def divide(self, evaluation_set_id: int, division: Division) -> None:
        """Keep how an evaluation set is divided."""
        with self._connection.write() as cursor:
            cursor.execute(
                "UPDATE evaluation_sets SET division = ? WHERE evaluation_set_id = ?",
                [json.dumps(division.as_dict()), evaluation_set_id],
            )

    def delete(self, evaluation_set_id: int) -> None:
        """Forget an evaluation set; losses that were measured on it stay."""
        with self._connection.write() as cursor:
            cursor.execute("DELETE FROM evaluation_examples WHERE evaluation_set_id = ?", [evaluation_set_id])
            cursor.execute("DELETE FROM evaluation_sets WHERE evaluation_set_id = ?", [evaluation_set_id])
