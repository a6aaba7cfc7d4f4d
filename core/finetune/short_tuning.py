"""A short tuning of all projections that leaves a model to measure rows with: on a share of a pool, or on a guide.

It is no result of its own. Influence reads gradients and the optimiser's second moments off a model that was warmed up
on a share of the pool's rows (LESS, arXiv 2402.04333, section 3.1); the loss drop compares a model with one that was
tuned on the guide questions.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from core.errors import ModelUnavailable
from core.files import whole_file
from core.finetune.settings import Precision, TuningSettings
from core.models.profiles import Profile
from core.progress import Progress, Say
from core.rows.row import Row
from core.values import Positive, Seed, Value

if TYPE_CHECKING:
    import torch

    from core.models.pool import ModelPool

ADAPTER, MOMENTS, DONE = "adapter", "second_moments.safetensors", "tuned.json"


@dataclass(frozen=True)
class ShortTuning(Value):
    """How a model is tuned a little, with LoRA on all projections of all layers.

    Attributes:
        share: of a pool's rows, that are tuned on.
        least_rows, most_rows: of a pool, whatever the share comes to. After 4 steps of 8 rows the second moments, and
            with them the ranks of influence, are noise; after 20 they are not (docs/indicators.md).
        max_tokens, template: as in `TuningSettings`; rows are measured under the same.
        seed: which rows, and as in `TuningSettings`.
    """

    share: Annotated[float, Gt(0), Le(1)] = 0.1
    least_rows: Positive = 160
    most_rows: Positive = 400
    epochs: Positive = 1
    batch_size: Positive = 8
    learning_rate: Annotated[float, Gt(0)] = 1e-3
    lora_rank: Positive = 8
    lora_alpha: Positive = 16
    max_tokens: Annotated[int, Ge(2)] = 512
    template: Literal["alpaca", "chat"] = "alpaca"
    seed: Seed = 0

    def tuning(self, precision: Precision, modules: Sequence[str]) -> TuningSettings:
        """The settings of the run."""
        return TuningSettings(
            precision=precision,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            lora_rank=self.lora_rank,
            lora_alpha=self.lora_alpha,
            lora_dropout=0.0,
            target_modules=tuple(modules),
            max_tokens=self.max_tokens,
            template=self.template,
            seed=self.seed,
        )

    def rows_of(self, pool: Sequence[Row]) -> list[Row]:
        """The share of a pool's rows: the same ones in whatever order they stand."""
        count = min(max(round(self.share * len(pool)), self.least_rows), self.most_rows)
        by_key = {row.key: row for row in pool}
        return [by_key[key] for key in sorted(by_key, key=lambda key: _hash(f"{self.seed}\n{key}"))[:count]]

    def digest(self, models: Profile, keys: Sequence[str]) -> str:
        """What tells this tuning of these rows from every other: model, precision, settings, keys of rows."""
        model = models.language_model
        return _hash(json.dumps([model.label, model.dtype, self.as_dict(), sorted(keys)], sort_keys=True))


def tune_shortly(
    pool: "ModelPool",
    rows: Sequence[Row],
    settings: ShortTuning,
    folder: Path,
    progress: Progress,
    say: Say = lambda text: None,
) -> Path:
    """Tune the profile's language model on rows, in a folder of its own that holds the adapter and second moments.

    Called again after a crash it goes on from the last checkpoint; where it has ended already it returns at once.

    Args:
        rows: all are tuned on, but those without a response.
        progress: told optimiser steps.

    Returns: the folder.

    Raises:
        JobError: there is nothing to train on.
        ModelUnavailable: the language model can't be loaded, or memory is too short.
        Cancelled: `progress` said so.
    """
    if (folder / DONE).exists():
        return folder
    from core.finetune.batches import training_examples
    from core.finetune.model import add_adapter, load_base
    from core.finetune.run import tune

    base = load_base(pool, precision_of(pool.profile), str(pool.device))
    chosen = settings.tuning(precision_of(pool.profile), projections(base))
    examples = training_examples(rows, chosen, pool.profile, pool.tokenizer)
    model = add_adapter(base, chosen, pool.profile.language_model.base_name)
    tuned = tune(model, examples, chosen, folder, progress, say, folder / MOMENTS)
    with whole_file(folder / DONE) as partial:
        told = {"rows": len(examples), "steps": tuned.steps, "last loss": tuned.train_loss_nats_per_token}
        partial.write_text(json.dumps(told | {"settings": settings.as_dict()}, indent=1), "utf-8")
    return folder


def precision_of(models: Profile) -> Precision:
    """In which precision the frozen weights are held: as the profile scores, in float32 where tuning has no such."""
    return Precision.BF16 if models.language_model.dtype == "bfloat16" else Precision.FP32


def layers_of(model: Any) -> "torch.nn.ModuleList":
    """The layers of a causal language model, whatever its architecture calls them.

    Raises:
        ModelUnavailable: it has none that can be told.
    """
    import torch

    count = model.config.get_text_config().num_hidden_layers
    for module in model.get_decoder().modules():  # outer ones first
        if isinstance(module, torch.nn.ModuleList) and len(module) == count:
            return module
    raise ModelUnavailable(
        "The layers of this model cannot be told apart.", mend="Choose a decoder-only causal language model."
    )


def projections(model: Any) -> tuple[str, ...]:
    """The names of the linear maps within a model's layers: q_proj, down_proj and so on."""
    import torch
    from transformers.pytorch_utils import Conv1D

    names = (
        name.rpartition(".")[2]
        for name, module in layers_of(model).named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D)
    )
    return tuple(sorted(set(names)))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
