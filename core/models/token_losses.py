"""What a language model makes of single tokens: losses and entropies, from logits made in blocks of the vocabulary.

A block of logits is summed up while it is in the processor's cache. The logits of all of the vocabulary at once would
go to memory and back for each of the steps from logits to entropy, which takes as long as making them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.models.device import on_cpu

if TYPE_CHECKING:
    import torch

CPU_BLOCK, GPU_BLOCK = (512, 2_048), (1_024, 65_536)  # positions and entries of the vocabulary at once


@dataclass(frozen=True)
class TokenLosses:
    """Of some tokens, each with the model's prediction at its position; float32, shape (tokens,) each.

    Attributes:
        loss_nats: negative log-likelihood of the token.
        entropy_nats: of the prediction; None where it was not wanted.
        greedy: whether no other token is likelier.
    """

    loss_nats: "torch.Tensor"
    entropy_nats: "torch.Tensor | None"
    greedy: "torch.Tensor"


def token_losses(head: "torch.nn.Module", hidden: "torch.Tensor", tokens: "torch.Tensor", entropy: bool) -> TokenLosses:
    """Losses of tokens, and entropies of the predictions where wanted.

    Sums of exp(x) are kept relative to the greatest logit so far and rescaled where a block has a greater one (Milakov
    & Gimelshein 2018, arXiv 1805.02867, Algorithm 3); the entropy is log Σ exp(x) less the expected logit.

    Args:
        head: output embeddings.
        hidden: states from which the tokens are predicted, shape (tokens, width).
        tokens: ids, shape (tokens,).
    """
    import torch

    shape, device = (len(tokens), 1), hidden.device
    largest = torch.full(shape, torch.finfo(torch.float32).min, device=device)
    total, weighted, own = (torch.zeros(shape, device=device) for _ in range(3))
    place = tokens[:, None]
    for logits in _logit_blocks(head, hidden):
        width = logits.shape[1]
        own = torch.where((place >= 0) & (place < width), logits.gather(1, place.clamp(0, width - 1)), own)
        place = place - width
        larger = torch.maximum(largest, logits.amax(dim=1, keepdim=True))
        lower = largest - larger
        logits -= larger
        if entropy:
            chances = logits.exp()
            weighted = lower.exp() * (weighted + lower * total)
            total = lower.exp() * total + chances.sum(dim=1, keepdim=True)
            weighted += chances.mul_(logits).sum(dim=1, keepdim=True)
        else:
            total = lower.exp() * total + logits.exp_().sum(dim=1, keepdim=True)
        largest = larger
    found = torch.stack([total.log() + largest - own, total.log() - weighted / total])[..., 0]
    return TokenLosses(found[0], found[1] if entropy else None, (own >= largest)[:, 0])


def _logit_blocks(head: "torch.nn.Module", hidden: "torch.Tensor") -> "Iterator[torch.Tensor]":
    """Logits in float32, shape (positions, a block of the vocabulary) each; all at once of a head with an adapter."""
    import torch

    if type(head) is not torch.nn.Linear:
        yield head(hidden).float()
        return
    width = (CPU_BLOCK if on_cpu(hidden.device) else GPU_BLOCK)[1]
    for start in range(0, head.out_features, width):
        block = slice(start, start + width)
        bias = None if head.bias is None else head.bias[block]
        yield torch.nn.functional.linear(hidden, head.weight[block], bias).float()
