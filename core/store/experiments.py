"""Experiments: their candidate sets, and what tuning on each of them came to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from core.errors import StoreError
from core.rows.candidate_set import UNTUNED, CandidateSet, Kind
from core.rules.transform import Transform
from core.store.connection import Connection


@dataclass(frozen=True)
class SavedExperiment:
    """An experiment; `spec` is its JSON form, `job_id` the job that runs it, `sets` how many candidate sets it has."""

    experiment_id: int
    name: str
    spec: dict[str, Any]
    created_at: datetime
    job_id: str
    sets: int


_EXPERIMENT = """
    SELECT experiment_id, name, spec, created_at, coalesce(job_id, ''),
           (SELECT count(*) FROM candidate_sets c WHERE c.experiment_id = e.experiment_id)
    FROM experiments e
"""

_SUMMARY = """
    WITH by_example AS (
        SELECT number, example, avg(loss_nats_per_token) AS loss FROM example_losses WHERE job_id = ? GROUP BY ALL
    ), per_example AS (
        SELECT number, avg(loss) AS loss_per_example, stddev_samp(loss) / sqrt(count(*)) AS standard_error
        FROM by_example GROUP BY number
    ), per_token AS (
        SELECT number, sum(loss_nats_per_token * tokens) / sum(tokens) AS loss_per_token
        FROM example_losses WHERE job_id = ? GROUP BY number
    )
    SELECT number, loss_per_example, standard_error, loss_per_token, steps, train_loss_nats_per_token,
           trained_tokens, tuning_seconds
    FROM per_example JOIN per_token USING (number)
    LEFT JOIN (SELECT * EXCLUDE (job_id) FROM tuning_runs WHERE job_id = ?) runs USING (number)
    ORDER BY number
"""


class ExperimentTables:
    """The tables `experiments`, `candidate_sets`, `candidate_set_rows`, `tuning_runs` and `example_losses`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_number(self) -> int:
        """The number of an experiment that will be added; nobody else gets it."""
        with self._connection.write() as cursor:
            return int(cursor.execute("SELECT nextval('experiment_ids')").fetchall()[0][0])

    def add(
        self,
        name: str,
        spec: Mapping[str, Any],
        sets: Sequence[CandidateSet],
        job_id: str = "",
        number: int | None = None,
    ) -> int:
        """Keep an experiment with its candidate sets, numbered from 1; returns its number.

        Args:
            job_id: of the job that runs it; "" without one.
            number: of `next_number`; None for the next one.
        """
        experiment_id = self.next_number() if number is None else number
        with self._connection.write() as cursor:
            cursor.execute(
                "INSERT INTO experiments VALUES (?, ?, ?, ?, ?)",
                [experiment_id, name, json.dumps(spec), datetime.now(UTC), job_id or None],
            )
            for number, each in enumerate(sets, start=1):
                found = cursor.execute(
                    """INSERT INTO candidate_sets VALUES (nextval('candidate_set_ids'), ?, ?, ?, ?, ?)
                    RETURNING candidate_set_id""",
                    [experiment_id, each.name, str(each.kind), json.dumps(dict(each.detail)), number],
                ).fetchall()
                members = each.members[["dataset_id", "row_id"]].assign(position=range(each.rows))
                cursor.register("members", members)
                cursor.execute(
                    "INSERT INTO candidate_set_rows SELECT ?, position, dataset_id, row_id FROM members",
                    [int(found[0][0])],
                )
                cursor.unregister("members")
        return experiment_id

    def all(self) -> list[SavedExperiment]:
        """All experiments, newest first."""
        found = self._connection.recall(f"{_EXPERIMENT} ORDER BY experiment_id DESC")
        return [SavedExperiment(r[0], r[1], json.loads(r[2]), *r[3:]) for r in found]

    def get(self, experiment_id: int) -> SavedExperiment:
        """One experiment.

        Raises:
            StoreError: it is not here any more.
        """
        found = next((each for each in self.all() if each.experiment_id == experiment_id), None)
        if found is None:
            raise StoreError(f"Experiment {experiment_id} has been deleted.", mend="Reload the page.")
        return found

    def rename(self, experiment_id: int, name: str) -> None:
        with self._connection.write() as cursor:
            cursor.execute("UPDATE experiments SET name = ? WHERE experiment_id = ?", [name, experiment_id])

    def delete(self, experiment_id: int) -> None:
        """Forget an experiment, its sets and its losses. The rows stay in their datasets."""
        with self._connection.write() as cursor:
            for table in ("tuning_runs", "example_losses"):
                cursor.execute(
                    f"""DELETE FROM {table}
                    WHERE job_id IN (SELECT job_id FROM experiments WHERE experiment_id = ?)""",
                    [experiment_id],
                )
            cursor.execute(
                """DELETE FROM candidate_set_rows WHERE candidate_set_id IN
                (SELECT candidate_set_id FROM candidate_sets WHERE experiment_id = ?)""",
                [experiment_id],
            )
            cursor.execute("DELETE FROM candidate_sets WHERE experiment_id = ?", [experiment_id])
            cursor.execute("DELETE FROM experiments WHERE experiment_id = ?", [experiment_id])

    def candidate_sets(self, experiment_id: int) -> list[CandidateSet]:
        """The candidate sets of an experiment in the order of their numbers."""
        with self._connection.read() as cursor:
            heads = cursor.execute(
                """SELECT candidate_set_id, name, kind, spec FROM candidate_sets
                WHERE experiment_id = ? ORDER BY number""",
                [experiment_id],
            ).fetchall()
            members = cursor.execute(
                """SELECT candidate_set_id, dataset_id, row_id FROM candidate_set_rows
                JOIN candidate_sets USING (candidate_set_id) WHERE experiment_id = ?
                ORDER BY candidate_set_id, candidate_set_rows.position""",
                [experiment_id],
            ).df()
        of = {
            int(str(number)): part[["dataset_id", "row_id"]].reset_index(drop=True)
            for number, part in members.groupby("candidate_set_id")
        }
        return [CandidateSet(name, Kind(kind), of[number], json.loads(spec)) for number, name, kind, spec in heads]

    def indicator_means(self, experiment_id: int, columns: Sequence[str], mean_logs: bool = False) -> pd.DataFrame:
        """Mean indicators of each set over the rows that have a score: number, scored_rows, and the columns.

        Args:
            columns: of the matrix; `scored_rows` counts the rows that have all of them.
            mean_logs: also the mean of the natural logarithms over the rows above 0, as `mean_log_...`.
        """
        with self._connection.read() as cursor:
            present = {
                r[0]
                for r in cursor.execute(
                    "SELECT column_name FROM duckdb_columns() WHERE table_name = 'matrix'"
                ).fetchall()
            }
            known = [name for name in columns if name in present]
            means = "".join(f', avg("{name}") AS "{name}"' for name in known)
            if mean_logs:
                logs = {name: Transform.MEAN_LOG.name_of(name) for name in known}
                means += "".join(f', avg(CASE WHEN "{n}" > 0 THEN ln("{n}") END) AS "{log}"' for n, log in logs.items())
            whole = " AND ".join(f'"{name}" IS NOT NULL' for name in known) or "false"
            return cursor.execute(
                f"""
                SELECT number, count(*) FILTER (WHERE {whole}) AS scored_rows {means}
                FROM candidate_sets JOIN candidate_set_rows USING (candidate_set_id)
                LEFT JOIN matrix USING (dataset_id, row_id)
                WHERE experiment_id = ? GROUP BY number ORDER BY number
                """,
                [experiment_id],
            ).df()

    def losses(self, job_id: str) -> pd.DataFrame:
        """What each finished set of a job came to; number 0 is the untuned model.

        Returns: number, loss_per_example with its standard_error, loss_per_token (nats per token), steps,
            train_loss_nats_per_token, trained_tokens, tuning_seconds.
        """
        with self._connection.read() as cursor:
            return cursor.execute(_SUMMARY, [job_id] * 3).df()

    def measured_counts(self) -> dict[str, int]:
        """How many candidate sets of each job have a loss, for jobs that have any; the untuned model is none."""
        found = self._connection.recall(
            "SELECT job_id, count(DISTINCT number) FROM example_losses WHERE number <> ? GROUP BY job_id", UNTUNED
        )
        return {job_id: int(sets) for job_id, sets in found}

    def example_losses(self, job_id: str, numbers: Sequence[int] | None = None) -> pd.DataFrame:
        """The loss of each response: number, example, response, tokens, loss_nats_per_token."""
        with self._connection.read() as cursor:
            return cursor.execute(
                """SELECT number, example, response, tokens, loss_nats_per_token FROM example_losses
                WHERE job_id = ? AND (? OR number IN (SELECT unnest(?::INTEGER[])))
                ORDER BY number, example, response""",
                [job_id, numbers is None, list(numbers or [])],
            ).df()


_ADDED_SETS = """
    INSERT INTO candidate_sets
    SELECT nextval('candidate_set_ids'), experiment_id, part.name, part.kind, part.detail, part.number
    FROM (SELECT DISTINCT number, name, kind, detail FROM read_parquet(?)) part
    JOIN experiments ON job_id = ?
    ANTI JOIN candidate_sets USING (experiment_id, number)
    ORDER BY part.number
"""

_ADDED_ROWS = """
    INSERT INTO candidate_set_rows
    SELECT candidate_set_id, position, dataset_id, row_id
    FROM read_parquet(?) part JOIN candidate_sets USING (number) JOIN experiments USING (experiment_id)
    ANTI JOIN candidate_set_rows USING (candidate_set_id)
    WHERE job_id = ?
"""


def take_results(cursor: duckdb.DuckDBPyConnection, job_id: str, parts: Sequence[Path]) -> int:
    """Take parts of a tuning job in: `set-*`, `losses-*` and `tuned-*`; what is known already is passed over."""
    added = 0
    if files := [str(part) for part in parts if part.name.startswith("set-")]:
        for script in (_ADDED_SETS, _ADDED_ROWS):
            cursor.execute(script, [files, job_id])
    for prefix, table, columns in (
        ("losses-", "example_losses", "number, example, response, tokens, loss_nats_per_token"),
        ("tuned-", "tuning_runs", "number, steps, train_loss_nats_per_token, trained_tokens, tuning_seconds"),
    ):
        files = [str(part) for part in parts if part.name.startswith(prefix)]
        if files:
            found = cursor.execute(
                f"""INSERT INTO {table} SELECT ?, {columns} FROM read_parquet(?)
                WHERE number NOT IN (SELECT number FROM {table} WHERE job_id = ?)""",
                [job_id, files, job_id],
            ).fetchone()
            added += int(found[0]) if found else 0
    return added


TAKE = take_results
