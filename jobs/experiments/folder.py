"""The folder of an experiment's job: rows and evaluation examples go in, one folder a set grows inside.

`input/rows.parquet`, `input/sets.parquet` (number, position, line of rows, dataset_id, row_id),
`input/evaluation.jsonl`;
`sets/0001/` with `progress.json`, `log.txt`, `curve.jsonl`, `checkpoints/`, `adapter/`;
`parts/losses-0001.parquet` and `parts/tuned-0001.parquet` for the store.

In a search of the size the one set of the input is the whole ranking, in a tournament the input has every set that may
be tuned on. The sets are added as it goes on, each by `parts/set-0001.parquet`, and `progress.json` says in the end why
it ended.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.rows.candidate_set import CandidateSet
from core.rows.evaluation_set import EvaluationExample, from_lines, to_lines
from core.rows.row import Row
from core.values.files import read_json
from jobs.experiments.spec import ExperimentSpec, SetPlan
from jobs.queue.folder import PAUSED, JobFolder, JobState, job_file
from jobs.queue.job import FAILED

RANKING = 1  # number of the ranking in the input of a search
SET_PART, PLAN, ENDED = "set-", b"plan", "ended"


@dataclass(frozen=True)
class ExperimentFolder:
    """An experiment's folder as its parts know it."""

    job: JobFolder

    def set_folder(self, number: int) -> JobFolder:
        """Where one set is tuned and measured."""
        return JobFolder(self.job.path / "sets" / f"{number:04d}")

    def set_folders(self) -> dict[int, JobFolder]:
        """The folders of the sets that are laid out, by number; 0 is the untuned model's."""
        found = sorted((self.job.path / "sets").glob("[0-9]*"))
        return {int(each.name): JobFolder(each) for each in found if each.name.isdecimal()}

    def spec(self) -> ExperimentSpec:
        """What is to be done, with the sets that a search has added.

        Raises:
            JobError: it is gone, damaged or of another version.
        """
        frozen = ExperimentSpec.from_dict(self.job.spec())
        return replace(frozen, sets=(*frozen.sets, *self._added())) if frozen.grows else frozen

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
            sets: of a search, the ranking alone; of a tournament, all that it may tune on.

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
                each.members[["dataset_id", "row_id"]].assign(
                    number=number, position=range(each.rows), line=each.members["row_id"].map(lines)
                )
                for number, each in enumerate(sets, start=1)
            ],
            ignore_index=True,
        )
        of_sets = pa.Table.from_pandas(members.astype("int64"), preserve_index=False)
        with job_file(self.job.input / "rows.parquet") as partial:
            pq.write_table(pa.table(texts), partial)
        with job_file(self.job.input / "sets.parquet") as partial:
            pq.write_table(of_sets, partial)
        with job_file(self.job.input / "evaluation.jsonl") as partial:
            partial.write_bytes(to_lines(examples).encode())

    def rows(self, number: int) -> list[Row]:
        """The rows of one set in the order in which they were drawn."""
        spec = self.spec()
        plan = spec.plan(number)
        members = self._members(plan.source or (RANKING if spec.search else number)).slice(0, plan.rows)
        taken = pq.read_table(self.job.input / "rows.parquet").take(members["line"])
        texts = (taken[name].to_pylist() for name in ("instruction", "input", "output", "messages"))
        return [Row(*each) for each in zip(*texts, strict=True)]

    def _members(self, number: int) -> pa.Table:
        """position, line, dataset_id and row_id of a set of the input."""
        return pq.read_table(self.job.input / "sets.parquet", filters=[("number", "=", number)]).sort_by("position")

    def examples(self) -> list[EvaluationExample]:
        """The evaluation examples on which every set is measured."""
        return from_lines((self.job.input / "evaluation.jsonl").read_text("utf-8"))

    def add_set(self, plan: SetPlan, detail: Mapping[str, Any]) -> None:
        """Add a set: the first rows of one of the input. The part for the store has the plan in its metadata.

        Args:
            detail: as of `CandidateSet`.

        Raises:
            StorageFull: there is no space left.
        """
        members = self._members(plan.source).slice(0, plan.rows).select(["position", "dataset_id", "row_id"])
        told = json.dumps({**detail, "tuning_seed": plan.tuning_seed})
        for name, value in {"detail": told, "kind": plan.kind, "name": plan.name, "number": plan.number}.items():
            members = members.add_column(0, name, pa.array([value] * plan.rows))
        part = members.replace_schema_metadata({PLAN: json.dumps(plan.as_dict())})
        with job_file(self.job.parts / f"{SET_PART}{plan.number:04d}.parquet") as partial:
            pq.write_table(part, partial)

    def _added(self) -> tuple[SetPlan, ...]:
        """The sets that were added, in the order of their numbers."""
        parts = [part for part in self.job.finished_parts() if part.name.startswith(SET_PART)]
        return tuple(read_json(SetPlan, pq.read_schema(part).metadata[PLAN], part.name) for part in parts)

    @property
    def measured(self) -> bool:
        """Whether nothing is left to tune or to measure."""
        spec = self.spec()
        through = all((self.job.parts / self.losses_part(each.number)).exists() for each in spec.sets)
        return through and (not spec.grows or bool(self.ended))

    def as_heavy_as(self, number: int) -> list[int]:
        """The sets that are not measured, where memory, too short for this one, will most likely be so for them: none
        has been tuned yet, or another has failed, too."""
        others = [each.number for each in self.spec().sets if each.number != number]
        tuned = any((self.job.parts / self.tuned_part(each)).exists() for each in others)
        failed = any(self.set_folder(each).state().stage == FAILED for each in others)
        if tuned and not failed:
            return []
        return [each for each in others if not (self.job.parts / self.losses_part(each)).exists()]

    @property
    def ended(self) -> str:
        """Why a search or a tournament has ended, a sentence for the user; "" while it goes on."""
        state = self.job.state()
        return state.message if state.stage == ENDED else ""

    def end(self, said: str) -> None:
        """Keep why a search or a tournament has ended."""
        self.job.write_state(JobState(stage=ENDED, message=said))

    @property
    def paused(self) -> bool:
        return (self.job.path / PAUSED).exists()

    @property
    def why_paused(self) -> str:
        """Why the worker has paused it, a sentence for the user; "" where the user has, or nobody."""
        try:
            return (self.job.path / PAUSED).read_text("utf-8")
        except OSError:
            return ""

    def pause(self, why: str = "") -> None:
        with job_file(self.job.path / PAUSED) as partial:
            partial.write_text(why, "utf-8")

    def unpause(self) -> None:
        (self.job.path / PAUSED).unlink(missing_ok=True)

    @property
    def cancelled(self) -> frozenset[int]:
        """The sets that the user has cancelled, which a pause and its end leave alone."""
        return frozenset(int(each.name) for each in self._cancelled.glob("[0-9]*") if each.name.isdecimal())

    def cancel(self, numbers: Iterable[int]) -> None:
        self._cancelled.mkdir(exist_ok=True)
        for number in numbers:
            (self._cancelled / f"{number:04d}").touch()

    def uncancel(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            (self._cancelled / f"{number:04d}").unlink(missing_ok=True)

    @property
    def _cancelled(self) -> Path:
        return self.job.path / "cancelled"
