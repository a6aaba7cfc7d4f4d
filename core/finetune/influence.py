"""Influence: how far a step on a row would lower the loss of the guide questions, as directions go.

The cosine of two gradients by the adapters of the last layers of a model that was warmed up on a share of the pool:
the row's, divided by the root of Adam's second moments, and the mean plain one of the guide questions (after LESS,
arXiv 2402.04333, Equation 3, but without the momentum term, which is the same vector for every row and drags long rows
down). Never a dot product: norms of gradients fall with a response's length. Never a sketch: a small one loses ranks.

    warmed = warm_up(models, pool_rows, settings, folder, progress)
    gradients = RowGradients.load(models, warmed, settings.layers)
    guide = guide_gradient(models, gradients, settings, questions, progress)
    scores = influence(models, gradients, settings, rows, guide, None, progress)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import JobError, ModelUnavailable
from core.finetune.kept_gradients import KeptGradients, Quantised
from core.finetune.short_tuning import ShortTuning, tune_shortly
from core.progress import Progress, Say
from core.rows.evaluation_set import EvaluationExample, limit
from core.rows.row import Row
from core.values import Positive, Value

if TYPE_CHECKING:
    import torch

    from core.finetune.batches import Example
    from core.finetune.row_gradients import RowGradients, Take
    from core.models.pool import ModelPool

READ_ROWS = 64  # kept gradients at once
TOO_LARGE = ModelUnavailable(
    "Not enough memory for the gradient of one row.", mend="Choose a smaller language model, or fewer tokens a row."
)


@dataclass(frozen=True)
class InfluenceSettings(Value):
    """What changes a row's influence beside the guide, the pool and the model.

    Attributes:
        layers: how many of the last layers' adapters have a gradient; all rank rows nearly as three do.
        guide_responses: of the guide questions, that are read at most: one of each question first.
        warm_up: on a share of the pool's rows.
    """

    layers: Positive = 3
    guide_responses: Positive = 80
    warm_up: ShortTuning = field(default_factory=ShortTuning)


def warm_up(
    pool: "ModelPool",
    rows: Sequence[Row],
    settings: InfluenceSettings,
    folder: Path,
    progress: Progress,
    say: Say = lambda text: None,
) -> Path:
    """Warm a model up on a share of the pool's rows; see `tune_shortly`, which it raises and returns as."""
    return tune_shortly(pool, settings.warm_up.rows_of(rows), settings.warm_up, folder, progress, say)


@dataclass(frozen=True)
class Guide:
    """Where the loss of guide questions falls fastest.

    Attributes:
        directions: mean plain gradients, one for each task, or one in all; unit length, float32, shape (tasks, size).
    """

    directions: np.ndarray


def guide_responses(examples: Sequence[EvaluationExample], settings: InfluenceSettings) -> list[EvaluationExample]:
    """The guide questions with those of their responses that are read, whatever order they are given in."""
    return limit(sorted(examples, key=lambda each: (each.prompt, each.outputs)), settings.guide_responses, seed=0)


def guide_gradient(
    pool: "ModelPool",
    gradients: "RowGradients",
    settings: InfluenceSettings,
    examples: Sequence[EvaluationExample],
    progress: Progress,
    tasks: Sequence[str] = (),
) -> Guide:
    """The mean gradient of the guide questions; each counts the same, however many responses it has.

    Their loss is the one that an evaluation measures, without the mark that ends a response: with it, what guides is
    above all how to stop, which the shortest rows teach best.

    Args:
        examples: the guide part of an evaluation set.
        tasks: of each example; none for all in one.

    Raises:
        JobError: no question has a response.
        ModelUnavailable: memory is too short.
        Cancelled: `progress` said so.
    """
    from core.finetune.row_gradients import as_examples

    asked = {each.prompt: task for each, task in zip(examples, tasks or [""] * len(examples), strict=True)}
    chosen = guide_responses(examples, settings)
    rows = [Row(each.instruction, each.input, output) for each in chosen for output in each.outputs]
    shares = np.array([1 / len(each.outputs) for each in chosen for _ in each.outputs])
    names = sorted({asked[each.prompt] for each in chosen})
    task_of = [names.index(asked[row.prompt]) for row in rows]
    places, prepared = as_examples(rows, settings.warm_up, pool, end_mark=False)
    if not places:
        raise JobError("No guide question has a response.", mend="Choose another evaluation set as the target.")
    totals = np.zeros((len(names), gradients.size))

    def take(found: list[int], values: "torch.Tensor", _: "torch.Tensor") -> None:
        for place, value in zip(found, values.cpu().numpy(), strict=True):
            totals[task_of[places[place]]] += shares[places[place]] * value

    _each(gradients, prepared, take, progress, "Reading the guide questions")
    return Guide(_unit(totals).astype(np.float32))


def influence(
    pool: "ModelPool",
    gradients: "RowGradients",
    settings: InfluenceSettings,
    rows: Sequence[Row],
    guide: Guide,
    kept: KeptGradients | None,
    progress: Progress,
) -> np.ndarray:
    """The influence of rows, -1 to 1, shape (rows,): of several tasks the greatest; NaN without a response.

    Args:
        rows: of the pool, in any order.
        kept: where gradients are read that are there and added that are not; None to keep none.

    Raises:
        ModelUnavailable: memory is too short.
        OSError: gradients can't be kept.
        Cancelled: `progress` said so.
    """
    from core.finetune.row_gradients import as_examples

    scores = np.full(len(rows), np.nan)
    known = [i for i, row in enumerate(rows) if kept is not None and row.key in kept]
    for start in range(0, len(known), READ_ROWS):
        some = known[start : start + READ_ROWS]
        scores[some] = cosines(kept.of([rows[i].key for i in some]), guide)  # type: ignore[union-attr]  # some are known
    fresh = sorted(set(range(len(rows))) - set(known))
    places, prepared = as_examples([rows[i] for i in fresh], settings.warm_up, pool)

    def take(found: list[int], values: "torch.Tensor", _: "torch.Tensor") -> None:
        at = [fresh[places[i]] for i in found]
        small = Quantised.of(gradients.scaled(values).cpu().numpy())
        scores[at] = cosines(small, guide)
        if kept is not None:
            kept.add([rows[i].key for i in at], small)

    _each(gradients, prepared, take, progress, "Computing gradients")
    return scores


def cosines(gradients: Quantised, guide: Guide) -> np.ndarray:
    """Of each gradient with the nearest direction of the guide, shape (rows,); NaN for a gradient of zeros."""
    return (_unit(gradients.numbers(guide.directions.shape[1])) @ guide.directions.T).max(axis=1)


def _each(
    gradients: "RowGradients", prepared: "Sequence[Example]", take: "Take", progress: Progress, message: str
) -> None:
    try:
        gradients.each(prepared, take, progress, message)
    except MemoryError as error:
        raise TOO_LARGE from error


def _unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms > 0, norms, np.nan)
