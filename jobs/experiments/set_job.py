"""One set of an experiment on the worker: tune a model on its rows, then measure its loss on the evaluation set."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.finetune.settings import METHOD_TITLES, TuningSettings
from core.humanize import counted
from core.models.profiles import profile
from core.models.threads import use_free_cores
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.spec import ExperimentSpec
from jobs.queue.durable import DurableStep
from jobs.queue.folder import job_file, raising_storage_full
from jobs.queue.progress import JobProgress

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from core.finetune.run import Tuned
    from core.models.pool import ModelPool

BACKWARD = 3  # a training token costs about three times a measured one: forward, and twice that back


class SetJob:
    """One run of a set, the first or a later one that goes on where an earlier one stopped."""

    def __init__(
        self, folder: ExperimentFolder, number: int, pool: "ModelPool", device: str, cancelled: Callable[[], bool]
    ) -> None:
        self._experiment, self._number = folder, number
        self._folder = folder.set_folder(number)
        self._pool, self._device, self._cancelled = pool, device, cancelled
        self._tuned: Any = None  # the tuned model, as long as this run lasts

    def run(self, step: DurableStep) -> None:
        """Tune and measure what is not done yet.

        Raises:
            Cancelled: the user has cancelled the set.
            StudioError: what stops it, in words for the user.
        """
        experiment, folder, number = self._experiment, self._folder, self._number
        with raising_storage_full(folder.path):
            folder.path.mkdir(parents=True, exist_ok=True)
        frozen = experiment.spec()
        spec = replace(frozen, tuning=frozen.tuning_of(number))
        rows = experiment.rows(number) if number else []
        examples = experiment.examples()
        tokenizer = self._pool.tokenizer
        measured_tokens = sum(
            len(tokenizer(e.prompt)["input_ids"]) + len(tokenizer(o)["input_ids"]) for e in examples for o in e.outputs
        )
        prepared, tuned_tokens = [], 0
        if rows:
            from core.finetune.batches import training_examples

            prepared = training_examples(rows, spec.tuning, profile(spec.profile), tokenizer)
            tuned_tokens = sum(len(each["input_ids"]) for each in prepared) * spec.tuning.epochs * BACKWARD
        responses = sum(len(each.outputs) for each in examples)
        progress = JobProgress(folder, len(prepared) + responses, tuned_tokens + measured_tokens, self._cancelled)
        progress.begin("tuning", len(prepared), tuned_tokens, "Loading the model")
        if prepared:
            step("tune", lambda: self._tune(spec, prepared, progress))
        progress.finish(len(prepared), tuned_tokens, computed=self._tuned is not None)
        progress.begin("measuring", responses, measured_tokens, "Evaluating")
        step("measure", lambda: self._measure(spec, progress))
        folder.log("Done.")
        progress.end("done")

    def _tune(self, spec: ExperimentSpec, examples: list, progress: JobProgress) -> int:
        """Tune the adapter; its numbers are written last, so that where they are, the adapter is whole."""
        from core.finetune.run import tune

        number, folder = self._number, self._folder
        part = self._experiment.job.parts / self._experiment.tuned_part(number)
        if part.exists() and (folder.path / "adapter").is_dir():
            return number
        progress.raise_if_cancelled()
        computed = f"on {self._device} with {counted(use_free_cores(), 'thread')}"
        folder.log(f"Tuning on {len(examples)} rows, {_told(spec.tuning)}, {computed}.")
        model = self._model(spec.tuning, fresh=True)
        ids = [each["input_ids"] for each in examples]
        from core.finetune.model import base_of

        with raising_storage_full(folder.path), self._from_tuned_layers(base_of(model), ids, spec, progress):
            tuned = tune(model, examples, spec.tuning, folder.path, progress, folder.log)
        if spec.tuning.method == "full":  # it is loaded again, as the trainer has put its own forward pass around it
            self._pool.tokenizer.save_pretrained(str(tuned.adapter))
        else:
            self._tuned = base_of(model)
        folder.log(f"Tuned in {tuned.steps} steps; final training loss {tuned.train_loss_nats_per_token:.4f}.")
        _write_tuned(part, number, tuned)
        return number

    def _measure(self, spec: ExperimentSpec, progress: JobProgress) -> int:
        """Measure the loss of each response and write the part."""
        from core.models.inference_loss import evaluation_profile, measure, read_sequences, summarise

        part = self._experiment.job.parts / self._experiment.losses_part(self._number)
        if part.exists():
            return self._number
        progress.raise_if_cancelled()
        use_free_cores()
        model = self._tuned if self._tuned is not None else self._model(spec.tuning, fresh=False)
        limits = evaluation_profile(profile(spec.profile), spec.tuning.template, spec.max_evaluation_tokens)
        began = time.monotonic()
        examples = self._experiment.examples()
        ids = read_sequences(examples, self._pool.tokenizer, limits)
        with self._from_tuned_layers(model, ids, spec, progress):
            losses = measure(model, self._pool.tokenizer, examples, limits, progress)
        seconds = time.monotonic() - began
        loss = summarise(losses)
        self._folder.log(
            f"Evaluation loss {loss.per_example:.4f} nats/token over {loss.responses} responses, {seconds:.0f} s."
        )
        table = pa.Table.from_pandas(losses.assign(number=self._number), preserve_index=False)
        with job_file(part) as partial:
            pq.write_table(table, partial, compression="zstd")
        return self._number

    def _from_tuned_layers(
        self, model: "PreTrainedModel", sequences: list[list[int]], spec: ExperimentSpec, progress: JobProgress
    ) -> AbstractContextManager[bool]:
        """Have the layers below the tuned ones computed once for all sets, where that is wanted and possible."""
        from core.finetune.lower_layers import without_lower_layers

        layers, most = spec.tuning.tuned_layers, spec.max_cache_bytes if spec.tuning.method == "lora" else 0
        folder = self._experiment.job.scratch
        return without_lower_layers(model, sequences, layers, folder, most, progress, self._folder.log)

    def _model(self, settings: TuningSettings, *, fresh: bool) -> Any:
        """The base model to be tuned, the tuned one, or, for the untuned set, the base model as it is."""
        from core.finetune.model import load_base, load_to_tune, load_tuned

        if fresh:
            return load_to_tune(self._pool, settings, self._device)
        adapter = self._folder.path / "adapter"
        if adapter.is_dir():
            return load_tuned(self._pool, settings, adapter, self._device)
        return load_base(self._pool, settings.precision, self._device).eval()


def _told(settings: TuningSettings) -> str:
    layers = f"{settings.tuned_layers} upper layers" if settings.tuned_layers else "all layers"
    epochs = counted(settings.epochs, "epoch")
    how = f"{METHOD_TITLES[settings.method]}, {settings.precision}"
    return f"{how}, {layers}, {epochs}, batch size {settings.batch_size}, seed {settings.seed}"


def _write_tuned(part: Path, number: int, tuned: "Tuned") -> None:
    table = pa.table(
        {
            "number": [number],
            "steps": [tuned.steps],
            "train_loss_nats_per_token": [tuned.train_loss_nats_per_token],
            "trained_tokens": [tuned.trained_tokens],
            "tuning_seconds": [tuned.seconds],
        }
    )
    with job_file(part) as partial:
        pq.write_table(table, partial)
