"""How predictable a response is to a language model, token by token, from the pass's last hidden states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

CPU_CHUNK, CUDA_CHUNK = 128, 1_024  # positions whose logits are held at once; few on a CPU, whose cache they fit
PREDICTABILITY = ("mean loss", "spread of loss", "mean entropy", "greedy tokens", "greatest loss")


@dataclass(frozen=True)
class ResponseStatistics:
    """Of the response of each row of a batch; NaN for one without a token.

    Attributes:
        loss_nats_per_token: mean negative log-likelihood of its tokens, shape (rows,).
        first_nats: sum over its first tokens, shape (rows,).
        predictability: in the order of `PREDICTABILITY` over the first tokens, shape (rows, 5): mean and standard
            deviation of a token's negative log-likelihood, mean entropy of the model's prediction, the share of tokens
            that the model itself would have written, and the greatest loss; in nats. None where it was not wanted.
    """

    loss_nats_per_token: np.ndarray
    first_nats: np.ndarray
    predictability: np.ndarray | None


def response_statistics(
    model: "PreTrainedModel",
    ids: "torch.Tensor",
    hidden: "torch.Tensor",
    spans: Sequence[tuple[int, int]],
    first_tokens: int,
    predictability: bool,
) -> ResponseStatistics:
    """Statistics of the responses; the vocabulary's logits are made a few positions at a time.

    Args:
        ids, hidden: of a batch, shape (rows, length) and (rows, length, width).
        spans: where each row's response begins and ends.
        first_tokens: how many of a response count as its first.
        predictability: whether it is wanted.
    """
    import torch

    places = [(row, at) for row, (start, end) in enumerate(spans) for at in range(start, end)]
    index = torch.tensor(places, dtype=torch.long, device=hidden.device).reshape(-1, 2)
    first = torch.tensor([start for start, _ in spans], device=hidden.device) + first_tokens
    names = ("whole", "loss", "number", "squares", "entropy", "greedy")[: 6 if predictability else 2]
    sums = torch.zeros(len(names), len(spans), dtype=torch.float64, device=hidden.device)
    greatest = torch.zeros(len(spans), dtype=torch.float64, device=hidden.device)
    with torch.inference_mode():
        for part in index.split(CUDA_CHUNK if hidden.device.type == "cuda" else CPU_CHUNK):
            row, at = part.T
            chances = output_logits(model, hidden[row, at - 1]).log_softmax(dim=-1)
            losses = -chances.gather(1, ids[row, at, None])[:, 0].double()
            early = at < first[row]
            seen = [losses, losses * early]
            if predictability:
                entropy = -(chances.exp() * chances).sum(dim=-1)
                greedy = -losses >= chances.amax(dim=-1)
                seen += [early, losses**2 * early, entropy * early, greedy & early]
                greatest.scatter_reduce_(0, row, losses * early, "amax")
            sums.index_add_(1, row, torch.stack([each.double() for each in seen]))
    counts = np.array([end - start for start, end in spans], dtype=float)
    counts[counts == 0] = np.nan
    found = dict(zip(names, sums.cpu().numpy(), strict=True))
    return ResponseStatistics(
        found["whole"] / counts,
        np.where(np.isnan(counts), np.nan, found["loss"]),
        _predictability(found, greatest.cpu().numpy()) if predictability else None,
    )


def _predictability(sums: Mapping[str, np.ndarray], greatest: np.ndarray) -> np.ndarray:
    """From sums over the first tokens."""
    number = np.where(sums["number"] > 0, sums["number"], np.nan)
    mean = sums["loss"] / number
    spread = np.sqrt(np.maximum(sums["squares"] / number - mean**2, 0))
    greatest = np.where(np.isnan(number), np.nan, greatest)
    return np.stack([mean, spread, sums["entropy"] / number, sums["greedy"] / number, greatest], axis=1)


def output_logits(model: "PreTrainedModel", hidden: "torch.Tensor") -> "torch.Tensor":
    """Logits of some positions in float32, shape (positions, vocabulary).

    Raises:
        ModelUnavailable: the model has no output embeddings.
    """
    head = model.get_output_embeddings()
    if head is None:
        raise ModelUnavailable("This model has no output embeddings.", mend="Choose a causal language model.")
    return head(hidden).float()
