"""Loss drop: by what share the loss of a row's response falls under a model tuned a little on the guide questions.

Two forward passes a row (after ToV, arXiv 2510.00386, and TACS, arXiv 2605.09404): what becomes likelier by learning
the target is like the target.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.finetune.short_tuning import ADAPTER, ShortTuning, precision_of, tune_shortly
from core.models.inference_loss import evaluation_profile
from core.models.language_pass import Asked, language_pass
from core.progress import Progress, Say
from core.rows.evaluation_set import EvaluationExample, limit
from core.rows.row import Row
from core.values import Positive, Value

if TYPE_CHECKING:
    from core.models.pool import ModelPool


@dataclass(frozen=True)
class LossDropSettings(Value):
    """What changes a row's loss drop beside the guide and the model.

    Attributes:
        guide_responses: of the guide questions, that are tuned on at most: one of each question first.
        tuning: on the guide; its share is of no account.
    """

    guide_responses: Positive = 80
    tuning: ShortTuning = field(default_factory=ShortTuning)


class LossDrop:
    """A model with and without its tuning on a guide, ready to measure rows."""

    def __init__(self, pool: "ModelPool", tuned: Path, settings: LossDropSettings) -> None:
        """From the folder of `tune_on_guide`.

        Raises:
            ModelUnavailable: the language model can't be loaded.
        """
        from core.finetune.model import load_adapter, load_base

        self._pool = pool
        base = load_base(pool, precision_of(pool.profile), str(pool.device))
        self._model = load_adapter(base, tuned / ADAPTER)
        self._limits = evaluation_profile(pool.profile, settings.tuning.template, settings.tuning.max_tokens)

    def of(self, rows: Sequence[Row], progress: Progress) -> np.ndarray:
        """(loss before - loss after) / loss before, in nats per response token, shape (rows,).

        NaN for a response without tokens, or one that the model is certain of.

        Raises:
            Cancelled: `progress` said so.
        """
        after = self._losses(rows, progress)
        with self._model.disable_adapter():
            before = self._losses(rows, progress)
        return (before - after) / np.where(before > 0, before, np.nan)

    def _losses(self, rows: Sequence[Row], progress: Progress) -> np.ndarray:
        base: Any = self._model.get_base_model()
        return language_pass(rows, Asked(), base, self._pool.tokenizer, self._limits, progress).loss_nats_per_token


def tune_on_guide(
    pool: "ModelPool",
    examples: Sequence[EvaluationExample],
    settings: LossDropSettings,
    folder: Path,
    progress: Progress,
    say: Say = lambda text: None,
) -> Path:
    """Tune on the guide questions and their responses; see `tune_shortly`, which it raises and returns as."""
    chosen = limit(sorted(examples, key=lambda each: (each.prompt, each.outputs)), settings.guide_responses, seed=0)
    rows = [Row(each.instruction, each.input, output) for each in chosen for output in each.outputs]
    return tune_shortly(pool, rows, settings.tuning, folder, progress, say)
