"""The folder of an experiment's job: rows and evaluation examples go in, one folder a set grows inside.

`input/rows.parquet`, `input/sets.parquet` (number, position, line of rows), `input/evaluation.jsonl`;
`sets/0001/` with `progress.json`, `log.txt`, `curve.jsonl`, `checkpoints/`, `adapter/`;
`parts/losses-0001.parquet` and `parts/tuned-0001.parquet` for the store.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.evaluation_set import EvaluationExample, read_evaluation_file
from core.rows import Row
from core.sampling import CandidateSet
from jobs.experiment_spec import ExperimentSpec
from jobs.folder import JobFolder, write_whole

PAUSED = "paused"


@dataclass(frozen=True)
class ExperimentFolder:
    """An experiment's folder as its parts know it."""

    job: JobFolder

    def set_folder(self, number: int) -> JobFolder:
        """Where one set is tuned and measured."""
        return JobFolder(self.job.path / "sets" / f"{number:04d}")

    def spec(self) -> ExperimentSpec:
        """What is to be done.

        Raises:
            JobError: it is gone, damaged or of another version.
        """
        return ExperimentSpec.from_dict(self.job.spec())

    def losses_part(self, number: int) -> str:
        return f"losses-{number:04d}.parquet"

    def tuned_part(self, number: int) -> str:
        return f"tuned-{number:04d}.parquet"

    def write_input(
        self, rows: dict[int, Row], sets: Sequence[CandidateSet], examples: Sequence[EvaluationExample]
    ) -> None:
        """Write everything that the worker needs.

        Args:
            rows: by row number, all that stand in a set.

        Raises:
            StorageFull: there is no space left.
        """
        numbers = list(rows)
        lines = {row_id: line for line, row_id in enumerate(numbers)}
        texts = {
            name: pa.array([getattr(rows[n], name) for n in numbers], pa.string())
            for name in ("instruction", "input", "output", "messages")
        }
        members = pd.concat(
            [
                pd.DataFrame(
                    {"number": number, "position": range(each.rows), "line": each.members["row_id"].map(lines)}
                )
                for number, each in enumerate(sets, start=1)
            ],
            ignore_index=True,
        )
        of_sets = pa.Table.from_pandas(members.astype("int64"), preserve_index=False)
        write_whole(self.job.input / "rows.parquet", lambda file: pq.write_table(pa.table(texts), file))
        write_whole(self.job.input / "sets.parquet", lambda file: pq.write_table(of_sets, file))
        text = "".join(
            json.dumps({"instruction": e.instruction, "input": e.input, "outputs": list(e.outputs)}) + "\n"
            for e in examples
        )
        write_whole(self.job.input / "evaluation.jsonl", lambda file: file.write(text.encode()))

    def rows(self, number: int) -> list[Row]:
        """The rows of one set in the order in which they were drawn."""
        lines = pq.read_table(self.job.input / "sets.parquet", filters=[("number", "=", number)])
        order = lines.sort_by("position")["line"]
        taken = pq.read_table(self.job.input / "rows.parquet").take(order)
        texts = (taken[name].to_pylist() for name in ("instruction", "input", "output", "messages"))
        return [Row(*each) for each in zip(*texts, strict=True)]

    def examples(self) -> list[EvaluationExample]:
        """The evaluation examples on which every set is measured."""
        return read_evaluation_file(self.job.input / "evaluation.jsonl")

    @property
    def paused(self) -> bool:
        return (self.job.path / PAUSED).exists()

    def pause(self) -> None:
        (self.job.path / PAUSED).touch()

    def unpause(self) -> None:
        (self.job.path / PAUSED).unlink(missing_ok=True)
