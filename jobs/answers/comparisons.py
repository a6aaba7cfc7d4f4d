"""Comparisons as pages see them: start one, see how far its answers are, forget it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from core.comparison.spec import ComparisonSpec
from core.errors import JobError
from core.judge.answer_pair import prompt_key
from core.rows.evaluation_set import EvaluationExample
from jobs.answers.kind import KIND
from jobs.answers.spec import AnswersSpec, adapter_name
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.queue.folder import JobFolder, job_file, new_folder, raising_storage_full
from jobs.queue.job import ACTIVE, Job

if TYPE_CHECKING:
    from core.store import Store


class Comparisons:
    """The comparisons of one queue."""

    def __init__(self, client: JobClient) -> None:
        self._client = client

    def start(self, store: "Store", name: str, spec: ComparisonSpec, prompts: Sequence[EvaluationExample]) -> int:
        """Keep a comparison and queue the answers that are not known yet; returns its number.

        Raises:
            JobError: no worker has ever run here, a model is not tuned, or there is nothing to ask.
            StorageFull: there is no space left.
        """
        if not prompts:
            raise JobError("The evaluation set has no instructions.", where=name, mend="Choose another evaluation set.")
        self._client.queue()
        self._client.take_in(store)
        missing = self._missing(store, spec, prompts)
        if not missing.num_rows:
            return store.comparisons.add(name, spec.as_dict(), prompts)
        folder, number = new_folder(self._client.folder), None
        try:
            self._write(folder, AnswersSpec(f"Answers for {name}", spec, missing.num_rows), missing)
            number = store.comparisons.add(name, spec.as_dict(), prompts, folder.job_id)
            self._client.enqueue(folder, KIND)
        except BaseException:
            folder.remove()
            if number is not None:
                store.comparisons.delete(number)
            raise
        return number

    def job(self, job_id: str) -> Job | None:
        """How far the answers are; None where no job is needed, or it is not here any more."""
        if not job_id:
            return None
        try:
            return self._client.job(job_id)
        except JobError:
            return None

    def remove(self, store: "Store", comparison_id: int) -> None:
        """Stop a comparison's job and forget it; answers and paid replies stay."""
        job = self.job(store.comparisons.get(comparison_id).job_id)
        if job is not None:
            if job.status in ACTIVE:
                self._client.cancel(job.id)
            JobFolder(self._client.folder / job.id).remove()
        store.comparisons.delete(comparison_id)

    def _write(self, folder: JobFolder, spec: AnswersSpec, prompts: pa.Table) -> None:
        folder.create()
        with job_file(folder.input / "prompts.parquet") as partial:
            pq.write_table(prompts, partial)
        for side in sorted(set(prompts["side"].to_pylist())):
            if spec.comparison.models[side].number:
                with raising_storage_full(folder.path):
                    shutil.copytree(self._adapter(spec.comparison, side), folder.input / adapter_name(side))
        folder.write_spec(spec.as_dict())

    def _adapter(self, spec: ComparisonSpec, side: int) -> Path:
        model = spec.models[side]
        found = Experiments(self._client).adapter(model.job_id, model.number).path / "adapter"
        if not found.is_dir():
            raise JobError(
                "The adapter of this model is missing.",
                where=model.label,
                mend="Wait until the model is tuned, or retry its set on the Experiments page.",
            )
        return found

    @staticmethod
    def _missing(store: "Store", spec: ComparisonSpec, prompts: Sequence[EvaluationExample]) -> pa.Table:
        """side, key, instruction, input of each answer that is not known, short prompts first on each side."""
        by_key = {prompt_key(each.instruction, each.input): each for each in prompts}
        ordered = sorted(by_key, key=lambda key: (len(by_key[key].prompt), key))
        lines = [
            (side, key, by_key[key].instruction, by_key[key].input)
            for side in (0, 1)
            for unknown in [store.comparisons.unknown_prompts(spec.answer_key(side), ordered)]
            for key in ordered
            if key in unknown
        ]
        names = ("side", "key", "instruction", "input")
        types = (pa.int32(), pa.string(), pa.string(), pa.string())
        columns = [pa.array([line[i] for line in lines], kind) for i, kind in enumerate(types)]
        return pa.table(dict(zip(names, columns, strict=True)))
