"""One forward pass over a row: the likelihood of its response, and yes-or-no questions asked about it.

The questions stand behind the conversation in the same sequence. A mask lets each see the conversation and itself but
no other question, and positions begin anew for each: so the numbers are those of asking them one by one, at the price
of some 30 tokens a question instead of the whole conversation again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.batching import run_batches
from core.errors import ModelUnavailable
from core.profiles import Profile
from core.progress import Progress
from core.prompts import QUESTIONS, Encoded, answer_tokens, encode, question_suffix
from core.rows import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CPU_BUDGET, CUDA_BUDGET = 2_048, 32_768  # tokens a batch
VOCABULARY_CHUNK = 512  # positions whose logits are held at once


@dataclass(frozen=True)
class LanguagePass:
    """What one pass says of each row.

    Attributes:
        loss_nats_per_token: mean negative log-likelihood of the response's tokens given the prompt, shape (rows,), NaN
            for a response without tokens.
        yes: by question, P(Yes) / (P(Yes) + P(No)), shape (rows,).
    """

    loss_nats_per_token: np.ndarray
    yes: dict[str, np.ndarray]


def language_pass(
    rows: Sequence[Row],
    questions: Sequence[str],
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    profile: Profile,
    progress: Progress,
) -> LanguagePass:
    """Measure all rows, in batches of like length.

    Raises:
        Cancelled: `progress` said so.
        ModelUnavailable: the model is not built as a trunk and a linear head.
    """
    encoded = [encode(row, profile, tokenizer) for row in rows]
    suffixes = [question_suffix(QUESTIONS[name], tokenizer) for name in questions]
    asked = sum(map(len, suffixes))
    yes_no = (answer_tokens("Yes", tokenizer), answer_tokens("No", tokenizer)) if questions else ([], [])
    losses = np.full(len(rows), np.nan)
    answers = np.full((len(rows), len(questions)), np.nan)

    def run(places: list[int]) -> None:
        batch = _Batch([encoded[i] for i in places], suffixes, tokenizer.pad_token_id or 0, model.device)
        hidden = _trunk(model, batch)
        losses[places] = _response_losses(model, batch, hidden)
        if questions:
            answers[places] = _answers(model, batch, hidden, yes_no)

    lengths = [len(each.prompt) + len(each.response) + asked for each in encoded]
    budget = CUDA_BUDGET if model.device.type == "cuda" else CPU_BUDGET
    run_batches(lengths, budget, run, progress, "Reading the rows with the language model")
    return LanguagePass(losses, {name: answers[:, i] for i, name in enumerate(questions)})


class _Batch:
    """Token ids, positions and mask of some rows, padded at the end.

    Shapes: ids and positions (rows, length), mask (rows, 1, length, length), True where a token may look.
    """

    def __init__(
        self, encoded: Sequence[Encoded], suffixes: Sequence[list[int]], padding: int, device: "torch.device"
    ) -> None:
        import torch

        tail = [token for suffix in suffixes for token in suffix]
        self.encoded = encoded
        self.starts = [len(each.prompt) for each in encoded]
        self.ends = [len(each.prompt) + len(each.response) for each in encoded]
        length = max(self.ends) + len(tail)
        ids = torch.full((len(encoded), length), padding, dtype=torch.long)
        positions = torch.arange(length).repeat(len(encoded), 1)
        mask = torch.ones(length, length, dtype=torch.bool).tril().repeat(len(encoded), 1, 1, 1)
        self.asks: list[list[int]] = []
        for row, (each, end) in enumerate(zip(encoded, self.ends, strict=True)):
            ids[row, : end + len(tail)] = torch.tensor([*each.prompt, *each.response, *tail])
            place = end
            asks = []
            for suffix in suffixes:
                stop = place + len(suffix)
                positions[row, place:stop] = torch.arange(end, end + len(suffix))
                mask[row, 0, place:stop, end:place] = False
                asks.append(stop - 1)
                place = stop
            self.asks.append(asks)
        self.ids, self.positions, self.mask = ids.to(device), positions.to(device), mask.to(device)


def _trunk(model: "PreTrainedModel", batch: _Batch) -> "torch.Tensor":
    """Hidden states of the last layer, shape (rows, length, width)."""
    import torch

    visible = torch.zeros(batch.mask.shape, dtype=model.dtype, device=batch.mask.device)
    visible.masked_fill_(~batch.mask, torch.finfo(model.dtype).min)
    with torch.inference_mode():
        trunk = model.get_decoder()
        return trunk(
            input_ids=batch.ids, position_ids=batch.positions, attention_mask=visible, use_cache=False
        ).last_hidden_state


def _logits(model: "PreTrainedModel", hidden: "torch.Tensor") -> "torch.Tensor":
    """Logits of some positions in float32, shape (positions, vocabulary)."""
    head = model.get_output_embeddings()
    if head is None:
        raise ModelUnavailable("This model has no output embeddings.", mend="Choose a causal language model.")
    return head(hidden).float()


def _response_losses(model: "PreTrainedModel", batch: _Batch, hidden: "torch.Tensor") -> np.ndarray:
    """Mean negative log-likelihood of each response; the vocabulary's logits are made a few positions at a time."""
    import torch

    places = [(row, at) for row in range(len(batch.ends)) for at in range(batch.starts[row], batch.ends[row])]
    if not places:
        return np.full(len(batch.ends), np.nan)
    index = torch.tensor(places, device=hidden.device)
    sums = torch.zeros(len(batch.ends), dtype=torch.float64, device=hidden.device)
    with torch.inference_mode():
        for part in index.split(VOCABULARY_CHUNK):
            row, at = part.T
            targets = batch.ids[row, at]
            losses = torch.nn.functional.cross_entropy(_logits(model, hidden[row, at - 1]), targets, reduction="none")
            sums.index_add_(0, row, losses.double())
    counts = np.array([end - start for start, end in zip(batch.starts, batch.ends, strict=True)], dtype=float)
    counts[counts == 0] = np.nan
    return sums.cpu().numpy() / counts


def _answers(
    model: "PreTrainedModel", batch: _Batch, hidden: "torch.Tensor", yes_no: tuple[list[int], list[int]]
) -> np.ndarray:
    """P(Yes) / (P(Yes) + P(No)) of each question, shape (rows, questions)."""
    import torch

    rows = torch.arange(len(batch.asks), device=hidden.device)[:, None]
    with torch.inference_mode():
        at = hidden[rows, torch.tensor(batch.asks, device=hidden.device)]
        logits = _logits(model, at.flatten(0, 1))
        yes, no = (logits[:, tokens].logsumexp(dim=-1) for tokens in yes_no)
    return torch.sigmoid(yes - no).cpu().numpy().reshape(len(batch.asks), -1)
