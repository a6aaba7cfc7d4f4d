"""Inference loss L(M, D_eval): how foreign good answers are to a model (paper, Equation 1).

The mean over an evaluation set hides which answers moved. So the loss of every single response is kept, and means,
intervals and paired comparisons are made from those.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import JobError
from core.models.language_pass import Asked, language_pass, sequences
from core.models.profiles import Profile
from core.progress import Progress
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class InferenceLoss:
    """Mean inference losses of one model on an evaluation set, in nats per token.

    Attributes:
        per_example: mean over instructions of the mean over their responses of the mean over their tokens; every
            instruction counts the same. This is the loss of the regression.
        per_token: every token counts the same, so long responses count more.
        examples, responses, tokens: how many of each it was measured on.
    """

    per_example: float
    per_token: float
    examples: int
    responses: int
    tokens: int

    @property
    def log(self) -> float:
        """log L, the left side of Equations (2) to (4)."""
        return math.log(self.per_example)


def measure(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    examples: Sequence[EvaluationExample],
    profile: Profile,
    progress: Progress,
) -> pd.DataFrame:
    """The loss of each response of an evaluation set under a model, tuned or not.

    Args:
        profile: gives the template and the greatest numbers of tokens; these must be the same for all models compared.

    Returns: example, response (both from 0), tokens, loss_nats_per_token; responses without tokens are left out.

    Raises:
        JobError: a loss is not finite, which every mean would pass over or take for 0.
        Cancelled: `progress` said so.
    """
    places = [(i, j) for i, example in enumerate(examples) for j in range(len(example.outputs))]
    rows = _rows(examples)
    model.eval()  # a model that comes from its tuning still drops out parts of its adapter
    losses = language_pass(rows, Asked(), model, tokenizer, profile, progress).loss_nats_per_token
    counts = [len(ids) for ids in tokenizer([row.output for row in rows], add_special_tokens=False)["input_ids"]]
    frame = pd.DataFrame(places, columns=["example", "response"])
    frame["tokens"] = np.minimum(counts, profile.max_response_tokens)
    frame["loss_nats_per_token"] = losses
    frame = frame[frame["tokens"] > 0].reset_index(drop=True)
    if not np.isfinite(frame["loss_nats_per_token"]).all():
        raise JobError(
            "Some reference responses have no finite loss under this model: tuning has most likely diverged.",
            mend="Use a lower learning rate, or float32.",
        )
    return frame


def read_sequences(
    examples: Sequence[EvaluationExample], tokenizer: "PreTrainedTokenizerBase", profile: Profile
) -> list[list[int]]:
    """The token ids of everything that `measure` reads."""
    encoded, _ = sequences(_rows(examples), Asked(), tokenizer, profile)
    return [[*each.prompt, *each.response] for each in encoded]


def _rows(examples: Sequence[EvaluationExample]) -> list[Row]:
    """A row for each response."""
    return [Row(each.instruction, each.input, output) for each in examples for output in each.outputs]


def summarise(losses: pd.DataFrame) -> InferenceLoss:
    """The means of `measure`'s table."""
    per_example = losses.groupby("example")["loss_nats_per_token"].mean()
    tokens = int(losses["tokens"].sum())
    return InferenceLoss(
        per_example=float(per_example.mean()),
        per_token=float((losses["loss_nats_per_token"] * losses["tokens"]).sum() / tokens),
        examples=len(per_example),
        responses=len(losses),
        tokens=tokens,
    )


def relative_quality(loss: InferenceLoss, reference: InferenceLoss) -> float:
    """Quality of one dataset relative to another: the ratio of their losses, above 1 where the first is better.

    Equation (1) takes Q(D | M, S) ∝ −L(M_ft, D_eval) and compares datasets by the ratio of their losses.
    """
    return reference.per_example / loss.per_example


def evaluation_profile(profile: Profile, template: str, max_tokens: int) -> Profile:
    """The profile with the template of the tuning and `max_tokens` at most for prompt and for response each."""
    return replace(profile, template=template, max_prompt_tokens=max_tokens, max_response_tokens=max_tokens)  # type: ignore[arg-type]  # settings allow only the two templates
