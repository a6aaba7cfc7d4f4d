"""Tuning one model on one set of rows, in a run that goes on where it was cut off.

The loop is transformers' own Trainer over a peft model, or over the model itself. What is ours: a loss over response
tokens in chunks, sealed checkpoints, a curve that grows while the run lasts, a smaller batch when memory is short.
"""

import json
import math
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import Trainer, TrainerCallback, TrainingArguments

from core.errors import JobError
from core.finetune.batches import Collator, Example
from core.finetune.checkpoints import newest_whole, seal
from core.finetune.chunked_loss import is_the_models_own, response_loss
from core.finetune.curve import CURVE, read_curve
from core.finetune.model import dtype_of
from core.finetune.moments import keep_moments
from core.finetune.settings import QUANTISED, Precision, TuningSettings
from core.memory import memory_error, out_of_memory
from core.models.device import CUDA, on_cpu
from core.progress import Progress, Say

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

CHECKPOINT_SECONDS = 20.0  # the least time between two checkpoints: what a killed worker does again at most
QUICK_SECONDS = 2.0  # in which a checkpoint is written; the time between slower ones grows: a whole model has gigabytes
SMALLER = {"lora": "8-bit or 4-bit precision", "full": "LoRA"}


@dataclass(frozen=True)
class Tuned:
    """What came of a run.

    Attributes:
        adapter: its PEFT folder.
        steps: optimiser steps in all.
        train_loss_nats_per_token: of the last step.
        trained_tokens: tokens that went through the model, prompts included, over all epochs.
        seconds: of this process; a resumed run counts from its last start.
        resumed_from_step: 0 for a run from the beginning.
    """

    adapter: Path
    steps: int
    train_loss_nats_per_token: float
    trained_tokens: int
    seconds: float
    resumed_from_step: int


def tune(
    model: "PeftModel | PreTrainedModel",
    examples: Sequence[Example],
    settings: TuningSettings,
    folder: Path,
    progress: Progress,
    say: Say = lambda text: None,
    moments: Path | None = None,
) -> Tuned:
    """Tune `model` and leave its adapter, or where there is none the whole model, in `folder/adapter`.

    Called again on the same folder after a crash it goes on from the last whole checkpoint, with the same data order,
    optimiser and random state, and ends where an uninterrupted run would have ended.

    Args:
        examples: from `training_examples`.
        model: from `core.finetune.model.load_to_tune`.
        folder: of this run alone: `checkpoints/`, `curve.jsonl` (see `read_curve`), `adapter/`.
        progress: told optimiser steps.
        say: hears what the user should know: a smaller batch, a damaged checkpoint.
        moments: where Adam's second moments are to be kept, see `core.finetune.moments`; None for nowhere.

    Raises:
        JobError: there is nothing to train on.
        OutOfMemory: memory is too short for a single row.
        Cancelled: `progress` said so.
    """
    if not examples:
        raise JobError("No row of this set has a response to train on.", mend="Remove this set.")
    folder.mkdir(parents=True, exist_ok=True)
    micro = settings.rows_at_once(settings.micro_batch_size or (1 if on_cpu(model.device) else settings.batch_size))
    while True:
        try:
            return _run(model, examples, settings, micro, folder, progress, say, moments)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            if micro == 1:
                mend = f"Choose {SMALLER[settings.method]}, fewer maximum tokens per row, or a smaller model."
                raise memory_error(error, " in tuning on one row at a time", mend) from error
        micro = settings.rows_at_once(micro // 2)
        say(f"Out of memory: the micro-batch is now {micro} rows. The batch size is still {settings.batch_size}.")
        if not on_cpu(model.device):
            torch.accelerator.empty_cache()


def _run(
    model: "PeftModel | PreTrainedModel",
    examples: Sequence[Example],
    settings: TuningSettings,
    micro: int,
    folder: Path,
    progress: Progress,
    say: Say,
    moments: Path | None,
) -> Tuned:
    checkpoints = folder / "checkpoints"
    checkpoint, damaged = newest_whole(checkpoints)
    for name in damaged:
        say(f"{name} is incomplete or damaged and is not used.")
    if checkpoint is None:
        (folder / CURVE).unlink(missing_ok=True)
    else:
        say(f"Resumes from step {checkpoint.name.rsplit('-', 1)[1]}.")
    watch = _Watch(folder, progress, int(checkpoint.name.rsplit("-", 1)[1]) if checkpoint else 0)
    trainer = _ChunkedTrainer(
        model=model,
        args=_arguments(settings, micro, len(examples), checkpoints, model.device.type),
        train_dataset=list(examples),
        data_collator=Collator(padding=0),
        callbacks=[watch],
    )
    if settings.method == "full":
        trainer.without_chunks()
    else:  # the vocabulary is never changed; by default peft asks the hub for the base model's at each checkpoint
        setattr(model, "save_pretrained", partial(model.save_pretrained, save_embedding_layers=False))  # noqa: B010
    trainer.remove_callback(_printer())
    result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    adapter = folder / "adapter"
    if settings.method == "full":
        for weights in model.parameters():  # buffers stay as they are, see `core.models.pool.load_causal`
            weights.data = weights.data.to(dtype_of(settings))
        model.config.dtype = dtype_of(settings)
    model.save_pretrained(str(adapter))
    if moments is not None:
        keep_moments(model, trainer.optimizer, moments)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return Tuned(
        adapter=adapter,
        steps=result.global_step,
        train_loss_nats_per_token=watch.last_loss,
        trained_tokens=sum(len(each["input_ids"]) for each in examples) * settings.epochs,
        seconds=time.monotonic() - watch.began,
        resumed_from_step=watch.first_step,
    )


class _ChunkedTrainer(Trainer):
    """Transformers' loop; the loss is made in chunks where that is the model's own."""

    _chunked: bool | None = None  # until the first batch tells

    def without_chunks(self) -> None:
        """Leave the loss to the model: where its output embeddings are tuned, their gradient is wanted too."""
        self._chunked = False

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        if self._chunked is None:
            self._chunked = is_the_models_own(self.model, inputs)
        if return_outputs or not self._chunked or num_items_in_batch is None:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        return response_loss(self.model, inputs) / num_items_in_batch


def _arguments(settings: TuningSettings, micro: int, rows: int, folder: Path, device: str) -> TrainingArguments:
    accumulation = settings.batch_size // micro
    quantised = settings.precision in QUANTISED
    steps = math.ceil(math.ceil(rows / micro) / accumulation) * settings.epochs
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=accumulation,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=min(math.ceil(settings.warmup_ratio * steps), steps - 1),  # its first step has a rate of 0
        weight_decay=settings.weight_decay,
        seed=settings.seed,
        data_seed=settings.seed,
        logging_steps=1,
        save_strategy="steps",
        save_steps=10**9,  # the watch says when
        save_total_limit=2,
        remove_unused_columns=False,
        dataloader_pin_memory=device == CUDA,
        disable_tqdm=True,
        log_level="error",
        report_to="none",
        use_cpu=on_cpu(device),
        bf16=settings.precision is Precision.BF16 if settings.method == "full" else quantised and device == CUDA,
    )


class _Watch(TrainerCallback):
    """Reports each step, writes the curve, asks for a checkpoint from time to time and seals it."""

    def __init__(self, folder: Path, progress: Progress, first_step: int) -> None:
        self.first_step = first_step
        self.last_loss = math.nan
        self.began = time.monotonic()
        self._curve = folder / CURVE
        self._progress = progress
        self._saved = self._asked = self.began
        self._pause = CHECKPOINT_SECONDS
        self._keep_curve_to(first_step)

    def on_substep_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._report(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._report(state)
        if time.monotonic() - self._saved > self._pause and state.global_step < state.max_steps:
            control.should_save = True
            self._asked = time.monotonic()

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if checkpoint.is_dir():
            seal(checkpoint)
        self._saved = time.monotonic()
        self._pause = CHECKPOINT_SECONDS * max(1.0, (self._saved - self._asked) / QUICK_SECONDS)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        if not logs or "loss" not in logs:
            return
        self.last_loss = float(logs["loss"])
        point = {
            "step": state.global_step,
            "epoch": round(float(state.epoch or 0), 4),
            "loss": self.last_loss,
            "learning_rate": float(logs.get("learning_rate", 0.0)),
            "seconds": round(time.monotonic() - self.began, 2),
        }
        with self._curve.open("a", encoding="utf-8") as file:
            file.write(json.dumps(point) + "\n")

    def _report(self, state: Any) -> None:
        loss = "" if math.isnan(self.last_loss) else f", loss {self.last_loss:.3f}"
        self._progress.update(
            state.global_step, state.max_steps, f"Tuning: step {state.global_step} of {state.max_steps}{loss}"
        )

    def _keep_curve_to(self, step: int) -> None:
        """Points beyond the checkpoint are drawn anew."""
        points = [point for point in read_curve(self._curve) if point["step"] <= step]
        if points:
            self.last_loss = points[-1]["loss"]
        self._curve.write_text("".join(json.dumps(point) + "\n" for point in points), "utf-8")


def _printer() -> type[TrainerCallback]:
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback
