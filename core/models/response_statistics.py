"""How predictable a response is to a language model, token by token, from the pass's last hidden states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ModelUnavailable
from core.models.device import MPS, on_cpu
from core.models.token_losses import CPU_BLOCK, GPU_BLOCK, token_losses

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

PREDICTABILITY = ("mean loss", "spread of loss", "mean entropy", "greedy tokens", "greatest loss")
_SUMS = ("whole", "loss", "number", "squares", "entropy", "greedy")  # all but the first of the first tokens


@dataclass(frozen=True)
class ResponseStatistics:
    """Of the response of each row of a batch; NaN for one without a token.

    Attributes:
        loss_nats_per_token: mean negative log-likelihood of its tokens, shape (rows,).
        first_nats: sum over its first tokens, shape (rows,).
        predictability: in the order of `PREDICTABILITY` over the first tokens, shape (rows, 5): mean and standard
            deviation of a token's negative log-likelihood, mean entropy of the model's prediction, the share of tokens
            that the model itself would have written, and the greatest loss; in nats. NaN where it was not wanted.
    """

    loss_nats_per_token: np.ndarray
    first_nats: np.ndarray
    predictability: np.ndarray


def response_statistics(
    model: "PreTrainedModel",
    ids: "torch.Tensor",
    hidden: "torch.Tensor",
    spans: Sequence[tuple[int, int]],
    first_tokens: int,
    predictability: Sequence[bool],
) -> ResponseStatistics:
    """Statistics of the responses.

    Args:
        ids, hidden: of a batch, shape (rows, length) and (rows, length, width).
        spans: where each row's response begins and ends.
        first_tokens: how many of a response count as its first.
        predictability: of which rows it is wanted.

    Raises:
        ModelUnavailable: the model has no output embeddings.
    """
    import torch

    device = hidden.device
    places = [(row, at) for row, (start, end) in enumerate(spans) for at in range(start, end)]
    index = torch.tensor(places, dtype=torch.long, device=device).reshape(-1, 2)
    early = index[:, 1] < torch.tensor([start + first_tokens for start, _ in spans], device=device)[index[:, 0]]
    described = early & torch.tensor(predictability, dtype=torch.bool, device=device)[index[:, 0]]
    exact = torch.float32 if device.type == MPS else torch.float64  # which MPS lacks
    sums = torch.zeros(len(_SUMS), len(spans), dtype=exact, device=device)
    greatest = torch.zeros(len(spans), dtype=exact, device=device)
    positions = (CPU_BLOCK if on_cpu(device) else GPU_BLOCK)[0]
    with torch.inference_mode():
        head = output_head(model)
        for wanted in (True, False):
            chosen = described == wanted
            for part, first in zip(index[chosen].split(positions), early[chosen].split(positions), strict=True):
                row, at = part.T
                found = token_losses(head, hidden[row, at - 1], ids[row, at], entropy=wanted)
                losses = found.loss_nats.to(exact)
                seen = [losses, losses * first]
                if found.entropy_nats is not None:
                    seen += [first, losses**2, found.entropy_nats, found.greedy]
                    greatest.scatter_reduce_(0, row, losses, "amax")
                sums[: len(seen)].index_add_(1, row, torch.stack([each.to(exact) for each in seen]))
    counts = np.array([end - start for start, end in spans], dtype=float)
    counts[counts == 0] = np.nan
    by_name = dict(zip(_SUMS, sums.cpu().numpy(), strict=True))
    return ResponseStatistics(
        by_name["whole"] / counts,
        np.where(np.isnan(counts), np.nan, by_name["loss"]),
        _predictability(by_name, greatest.cpu().numpy()),
    )


def _predictability(sums: Mapping[str, np.ndarray], greatest: np.ndarray) -> np.ndarray:
    """From sums over the first tokens."""
    number = np.where(sums["number"] > 0, sums["number"], np.nan)
    mean = sums["loss"] / number
    spread = np.sqrt(np.maximum(sums["squares"] / number - mean**2, 0))
    greatest = np.where(np.isnan(number), np.nan, greatest)
    return np.stack([mean, spread, sums["entropy"] / number, sums["greedy"] / number, greatest], axis=1)


def output_head(model: "PreTrainedModel") -> "torch.nn.Module":
    """What makes logits of hidden states.

    Raises:
        ModelUnavailable: the model has no output embeddings.
    """
    head = model.get_output_embeddings()
    if head is None:
        raise ModelUnavailable("This model has no output embeddings.", mend="Choose a causal language model.")
    return head
