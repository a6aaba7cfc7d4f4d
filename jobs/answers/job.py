"""The job that makes answers: one model after the other, its prompts in batches of like length, a step for each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import JobError
from core.models.generation import Answer, generate
from core.models.profiles import profile
from core.models.threads import use_free_cores
from core.rows.row import Row
from jobs.answers.spec import AnswersSpec, adapter_name
from jobs.queue.durable import DurableStep
from jobs.queue.folder import JobFolder, job_file
from jobs.queue.progress import JobProgress
from jobs.queue.resources import Models

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Batch:
    """One step's worth of prompts for the model of one side."""

    index: int
    side: int
    keys: tuple[str, ...]
    prompts: tuple[Row, ...]

    @property
    def part(self) -> str:
        return f"answers-{self.index:05d}.parquet"


class AnswersJob:
    """One run of the job, the first or a later one that goes on where an earlier one stopped."""

    def __init__(self, folder: JobFolder, models: Models, device: str, cancelled: Callable[[], bool]) -> None:
        self._folder, self._models, self._device, self._cancelled = folder, models, device, cancelled
        self._loaded: tuple[int, PreTrainedModel] | None = None

    def run(self, step: DurableStep) -> None:
        """Make what is still missing.

        Raises:
            Cancelled: the user has cancelled the job.
            StudioError: what stops it, in words for the user.
        """
        folder = self._folder
        if folder.state().stage == "done":
            return
        folder.remove_unfinished()
        spec = AnswersSpec.from_dict(folder.spec())
        batches = plan_batches(folder, spec)
        most = spec.comparison.answers.max_new_tokens
        progress = JobProgress(folder, spec.rows, spec.rows * most, self._cancelled, unit="answers")
        folder.log(f"Started: {spec.rows} answers in {len(batches)} steps, on {self._device}.")
        progress.begin("answering", message="Loading the model")
        for batch in batches:
            ready = (folder.parts / batch.part).exists()
            step(batch.part, partial(self._answer, spec, batch, progress))
            progress.finish(len(batch.keys), len(batch.keys) * most, computed=not ready)
        folder.log("Done.")
        progress.end("done")

    def _answer(self, spec: AnswersSpec, batch: Batch, progress: JobProgress) -> int:
        """Answer one batch and write its part."""
        part = self._folder.parts / batch.part
        if part.exists():
            return len(batch.keys)
        progress.raise_if_cancelled()
        side = spec.comparison.models[batch.side]
        use_free_cores()
        model = self._model(spec, batch.side)
        rows = len(batch.keys)
        progress.begin(
            "answering", rows, rows * spec.comparison.answers.max_new_tokens, f"Generating answers: {side.title}"
        )
        answers = generate(
            batch.prompts,
            model,
            self._models.of(profile(side.profile)).tokenizer,
            profile(side.profile),
            side.tuning.template,
            spec.comparison.answers,
            progress,
        )
        _write_part(part, spec.comparison.answer_key(batch.side), batch, answers)
        return rows

    def _model(self, spec: AnswersSpec, side: int) -> "PreTrainedModel":
        """The model of a side, loaded once for all its batches; the other side's is let go of first."""
        from core.finetune.model import load_base, load_tuned

        if self._loaded is None or self._loaded[0] != side:
            self._loaded = None
            compared = spec.comparison.models[side]
            self._folder.log(f"Loading {compared.label}.")
            pool = self._models.of(profile(compared.profile))
            if compared.number:
                model = load_tuned(pool, compared.tuning, self._folder.input / adapter_name(side), self._device)
            else:
                model = load_base(pool, compared.tuning.precision, self._device)
            self._loaded = (side, model.eval())
        return self._loaded[1]


def plan_batches(folder: JobFolder, spec: AnswersSpec) -> list[Batch]:
    """Cut the prompts of each side into batches, as they stand in the input; always the same.

    Raises:
        JobError: the input is gone or damaged.
    """
    try:
        table = pq.read_table(folder.input / "prompts.parquet").to_pylist()
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise JobError(
            "A file of this job is missing or damaged.", where=str(folder.path), mend="Start the comparison again."
        ) from error
    batches: list[Batch] = []
    for side in (0, 1):
        lines = [line for line in table if line["side"] == side]
        for start in range(0, len(lines), spec.batch_rows):
            some = lines[start : start + spec.batch_rows]
            prompts = tuple(Row(line["instruction"], line["input"], "") for line in some)
            batches.append(Batch(len(batches), side, tuple(line["key"] for line in some), prompts))
    return batches


def _write_part(part: Path, key: tuple[str, str], batch: Batch, answers: list[Answer]) -> None:
    model, settings = key
    table = pa.table(
        {
            "model": [model] * len(answers),
            "settings": [settings] * len(answers),
            "prompt": list(batch.keys),
            "answer": [each.text for each in answers],
            "tokens": pa.array([each.tokens for each in answers], pa.int32()),
            "finished": [each.finished for each in answers],
            "seconds": [each.seconds for each in answers],
        }
    )
    with job_file(part) as partial:
        pq.write_table(table, partial, compression="zstd")
