"""Comparisons of two models: the instructions asked, and what each model answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from core.errors import StoreError
from core.judge.answer_pair import AnswerPair, prompt_key
from core.rows.evaluation_set import EvaluationExample
from core.store.connection import Connection


@dataclass(frozen=True)
class SavedComparison:
    """A comparison; `spec` is its JSON form, `job_id` the job that makes its answers ("" where all were there)."""

    comparison_id: int
    name: str
    spec: dict[str, Any]
    created_at: datetime
    job_id: str
    prompts: int


_COMPARISON = """
    SELECT comparison_id, name, spec, created_at, coalesce(job_id, ''),
           (SELECT count(*) FROM comparison_prompts p WHERE p.comparison_id = c.comparison_id)
    FROM comparisons c
"""

_PAIRS = """
    SELECT position, instruction, input, first.answer, second.answer
    FROM comparison_prompts
    JOIN answers first ON first.prompt = comparison_prompts.prompt AND first.model = ? AND first.settings = ?
    JOIN answers second ON second.prompt = comparison_prompts.prompt AND second.model = ? AND second.settings = ?
    WHERE comparison_id = ? ORDER BY position
"""

_NEW_ANSWERS = """
    INSERT INTO answers
    SELECT model, settings, prompt, any_value(answer), any_value(tokens), any_value(finished), any_value(seconds)
    FROM read_parquet(?) ANTI JOIN answers USING (model, settings, prompt)
    GROUP BY model, settings, prompt
"""


class ComparisonTables:
    """The tables `comparisons`, `comparison_prompts` and `answers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, spec: Mapping[str, Any], prompts: Sequence[EvaluationExample], job_id: str = "") -> int:
        """Keep a comparison with its instructions in their order; returns its number.

        Args:
            job_id: of the job that makes its answers; "" where none is needed.
        """
        lines = pa.table(
            {
                "position": pa.array(range(len(prompts)), pa.int32()),
                "prompt": pa.array([prompt_key(each.instruction, each.input) for each in prompts], pa.string()),
                "instruction": pa.array([each.instruction for each in prompts], pa.string()),
                "input": pa.array([each.input for each in prompts], pa.string()),
            }
        )
        with self._connection.write() as cursor:
            number = int(cursor.execute("SELECT nextval('comparison_ids')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO comparisons VALUES (?, ?, ?, ?, ?)",
                [number, name, json.dumps(spec), datetime.now(UTC), job_id or None],
            )
            cursor.register("lines", lines)
            cursor.execute("INSERT INTO comparison_prompts SELECT ?, * FROM lines", [number])
        return number

    def all(self) -> list[SavedComparison]:
        """All comparisons, newest first."""
        found = self._connection.recall(f"{_COMPARISON} ORDER BY comparison_id DESC")
        return [SavedComparison(r[0], r[1], json.loads(r[2]), *r[3:]) for r in found]

    def get(self, comparison_id: int) -> SavedComparison:
        """One comparison.

        Raises:
            StoreError: it is not here any more.
        """
        found = next((each for each in self.all() if each.comparison_id == comparison_id), None)
        if found is None:
            raise StoreError(f"Comparison {comparison_id} has been deleted.", mend="Reload the page.")
        return found

    def rename(self, comparison_id: int, name: str) -> None:
        with self._connection.write() as cursor:
            cursor.execute("UPDATE comparisons SET name = ? WHERE comparison_id = ?", [name, comparison_id])

    def delete(self, comparison_id: int) -> None:
        """Forget a comparison and what people said of it; answers and paid replies stay for the next one."""
        with self._connection.write() as cursor:
            for table in ("human_verdicts", "comparison_prompts", "comparisons"):
                cursor.execute(f"DELETE FROM {table} WHERE comparison_id = ?", [comparison_id])

    def unknown_prompts(self, key: tuple[str, str], prompts: Sequence[str]) -> set[str]:
        """Which of these prompts have no answer yet.

        Args:
            key: model and settings, of `ComparisonSpec.answer_key`.
            prompts: of `prompt_key`.
        """
        with self._connection.read() as cursor:
            found = cursor.execute(
                """SELECT prompt FROM answers
                WHERE model = ? AND settings = ? AND prompt IN (SELECT unnest(?::VARCHAR[]))""",
                [*key, list(prompts)],
            ).fetchall()
        return set(prompts) - {each for (each,) in found}

    def answer_pairs(self, comparison_id: int, a: tuple[str, str], b: tuple[str, str]) -> list[AnswerPair]:
        """The instructions that both models have answered, in order.

        Args:
            a, b: model and settings of each side, of `ComparisonSpec.answer_key`.
        """
        with self._connection.read() as cursor:
            found = cursor.execute(_PAIRS, [*a, *b, comparison_id]).fetchall()
        return [AnswerPair(*each) for each in found]

    def answer_speed(self) -> float | None:
        """Tokens a second of the answers made here so far; None before any."""
        with self._connection.read() as cursor:
            found = cursor.execute("SELECT sum(tokens) / nullif(sum(seconds), 0) FROM answers").fetchall()
        return None if found[0][0] is None else float(found[0][0])


def take_answers(cursor: duckdb.DuckDBPyConnection, job_id: str, parts: Sequence[Path]) -> int:
    """Take parts `answers-*` (model, settings, prompt, answer, tokens, finished, seconds) in; known ones stay."""
    files = [str(part) for part in parts if part.name.startswith("answers-")]
    found = cursor.execute(_NEW_ANSWERS, [files]).fetchone() if files else None
    return int(found[0]) if found else 0


TAKE = take_answers
