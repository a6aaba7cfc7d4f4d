"""One forward pass over a row: the likelihood of its response, what the heads read, and yes-or-no questions about it.

The heads (`core/indicators/heads`) read hidden states of one layer in the midst of the model, which the pass makes
anyway; own indicators can read how predictable the first tokens of the response are. A response without its prompt, for
IFD, is a row more in the batches. Where the heads alone read, the pass ends after those first tokens, and at their
layer where they read nothing but states.

How much likelier a response is behind the end of its prompt than by itself tells whether it answers that. Both are
short sequences more in the same batches; a prompt that is all end is read anyway.

The questions stand behind the conversation in the same sequence. A mask lets each see the conversation and itself but
no other question, and positions begin anew for each: so the numbers are those of asking them one by one, at the price
of some 30 tokens a question instead of the whole conversation again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.batching import run_batches
from core.models.device import on_cpu
from core.models.layer_input import layer_input
from core.models.profiles import Profile
from core.models.prompts import QUESTIONS, Encoded, answer_tokens, encode, prompt_end, question_suffix, response_opening
from core.models.response_statistics import PREDICTABILITY, output_head, response_statistics
from core.progress import Progress
from core.rows.row import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

STATE_LAYER = 15  # of SmolLM2's 30: middle layers tell most about a text
PROMPT_TOKENS, RESPONSE_TOKENS = 24, 128  # over which states are averaged: the prompt's last, the response's first
CPU_BUDGET, GPU_BUDGET = 1_024, 32_768  # tokens a batch


@dataclass(frozen=True)
class Asked:
    """What is wanted of a pass.

    Attributes:
        likelihood: of the responses given their prompts.
        questions: names of yes-or-no questions (`core.models.prompts.QUESTIONS`).
        states: whether the heads will read; the model must have at least `STATE_LAYER` layers.
        alone: whether the likelihood of the responses without their prompts is wanted too.
        association: whether it is wanted how much the end of its prompt tells of a response.
        predictability: whether that of the responses is wanted.
    """

    likelihood: bool = True
    questions: tuple[str, ...] = ()
    states: bool = False
    alone: bool = False
    association: bool = False
    predictability: bool = False

    def __or__(self, other: "Asked") -> "Asked":
        """What answers both."""
        return Asked(
            self.likelihood or other.likelihood,
            tuple(name for name in QUESTIONS if name in (*self.questions, *other.questions)),
            self.states or other.states,
            self.alone or other.alone,
            self.association or other.association,
            self.predictability or other.predictability,
        )

    @property
    def losses(self) -> bool:
        """Whether the likelihood of anything is wanted."""
        return self.likelihood or self.alone or self.association or self.predictability

    @property
    def only_states(self) -> bool:
        """Whether nothing above the layer that the heads read is wanted."""
        return self.states and not self.losses and not self.questions

    @property
    def response_tokens(self) -> int | None:
        """How many of a response are read; None for all."""
        return None if self.likelihood or self.alone or self.questions else RESPONSE_TOKENS


NOTHING = Asked(likelihood=False)


@dataclass(frozen=True)
class LanguagePass:
    """What one pass says of each row; what was not asked for is None, or empty.

    Attributes:
        loss_nats_per_token: mean negative log-likelihood of the response's tokens given the prompt, shape (rows,), NaN
            for a response without tokens, and where it was not wanted.
        alone_nats_per_token: the same without the prompt.
        predictability: of the first `RESPONSE_TOKENS` of the response given the prompt, in the order of
            `core.models.response_statistics.PREDICTABILITY`, shape (rows, 5), NaN without a token.
        association_nats: by how much the first `RESPONSE_TOKENS` of the response are likelier behind the last sentences
            of the prompt than by themselves: pointwise mutual information, shape (rows,), NaN without a token.
        yes: by question, P(Yes) / (P(Yes) + P(No)), shape (rows,).
        prompt_states, response_states: means of layer `STATE_LAYER` over the prompt's last `PROMPT_TOKENS` and the
            response's first `RESPONSE_TOKENS`; float32, shape (rows, width), NaN where there is no token.
    """

    loss_nats_per_token: np.ndarray
    alone_nats_per_token: np.ndarray | None
    predictability: np.ndarray | None
    association_nats: np.ndarray | None
    yes: dict[str, np.ndarray]
    prompt_states: np.ndarray | None
    response_states: np.ndarray | None


def language_pass(
    rows: Sequence[Row],
    asked: Asked,
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
    count = len(rows)
    encoded, ends = sequences(rows, asked, tokenizer, profile)
    suffixes = [question_suffix(QUESTIONS[name], tokenizer) for name in asked.questions]
    yes_no = (answer_tokens("Yes", tokenizer), answer_tokens("No", tokenizer)) if suffixes else ([], [])
    per_token, first = np.full((2, len(encoded)), np.nan)
    predictability = np.full((len(encoded), len(PREDICTABILITY)), np.nan)
    answers = np.full((len(encoded), len(suffixes)), np.nan)
    states = np.full((2, len(encoded), model.config.hidden_size if asked.states else 0), np.nan, np.float32)

    def run(places: list[int]) -> None:
        batch = _Batch([encoded[i] for i in places], suffixes, tokenizer.pad_token_id or 0, model.device)
        if asked.only_states and (middle := _states_alone(model, batch)) is not None:
            states[:, places] = _mean_states(batch, middle)
            return
        hidden, middle = _trunk(model, batch, asked.states)
        if asked.losses:
            described = [asked.predictability and place < count for place in places]
            found = response_statistics(model, batch.ids, hidden, batch.spans, RESPONSE_TOKENS, described)
            per_token[places], first[places] = found.loss_nats_per_token, found.first_nats
            predictability[places] = found.predictability
        if suffixes:
            answers[places] = _answers(model, batch, hidden, yes_no)
        if middle is not None:
            states[:, places] = _mean_states(batch, middle)

    tail = sum(map(len, suffixes))
    lengths = [len(each.prompt) + len(each.response) + tail for each in encoded]
    budget = CPU_BUDGET if on_cpu(model.device) else GPU_BUDGET
    run_batches(lengths, budget, run, progress, "Running the language model")
    return LanguagePass(
        per_token[:count] if asked.likelihood else np.full(count, np.nan),
        per_token[count : 2 * count] if asked.alone else None,
        predictability[:count] if asked.predictability else None,
        first[count : 2 * count] - first[ends] if asked.association else None,
        {name: answers[:count, i] for i, name in enumerate(asked.questions)},
        *(states[:, :count] if asked.states else (None, None)),
    )


def sequences(
    rows: Sequence[Row], asked: Asked, tokenizer: "PreTrainedTokenizerBase", profile: Profile
) -> tuple[list[Encoded], list[int]]:
    """What is read: the rows, then where asked for as many responses by themselves and those behind their prompt's end.

    Returns: the sequences, and for each row the place of the one in which its response stands behind its prompt's end.
    """
    whole = [encode(row, profile, tokenizer) for row in rows]
    encoded = [Encoded(each.prompt, each.response[: asked.response_tokens]) for each in whole]
    if asked.alone or asked.association:
        opening, cut = response_opening(profile, tokenizer), None if asked.alone else RESPONSE_TOKENS
        encoded += [Encoded(opening, each.response[:cut]) for each in whole]
    ends = list(range(len(rows)))
    for i, row in enumerate(rows if asked.association else ()):
        if (end := prompt_end(row)) != row.prompt:
            ends[i] = len(encoded)
            prompt = encode(Row(end, "", ""), profile, tokenizer).prompt
            encoded.append(Encoded(prompt, whole[i].response[:RESPONSE_TOKENS]))
    return encoded, ends


class _Batch:
    """Token ids of some rows, padded at the end, shape (rows, length).

    With questions also positions, (rows, length), and a mask, (rows, 1, length, length), True where a token may look.
    Without them both are None: each token looks at those before it, and none of a row's looks at the padding.
    """

    def __init__(
        self, encoded: Sequence[Encoded], suffixes: Sequence[list[int]], padding: int, device: "torch.device"
    ) -> None:
        import torch

        tail = [token for suffix in suffixes for token in suffix]
        self.encoded = encoded
        self.spans = [(len(each.prompt), len(each.prompt) + len(each.response)) for each in encoded]
        ends = [end for _, end in self.spans]
        length = max(ends) + len(tail)
        ids = torch.full((len(encoded), length), padding, dtype=torch.long)
        for row, (each, end) in enumerate(zip(encoded, ends, strict=True)):
            ids[row, : end + len(tail)] = torch.tensor([*each.prompt, *each.response, *tail])
        self.ids = ids.to(device)
        self.positions: torch.Tensor | None = None
        self.mask: torch.Tensor | None = None
        self.asks: list[list[int]] = []
        if suffixes:
            self._part_questions(suffixes, length)

    def _part_questions(self, suffixes: Sequence[list[int]], length: int) -> None:
        import torch

        rows = len(self.encoded)
        positions = torch.arange(length).repeat(rows, 1)
        mask = torch.ones(length, length, dtype=torch.bool).tril().repeat(rows, 1, 1, 1)
        for row, (_, end) in enumerate(self.spans):
            place = end
            asks = []
            for suffix in suffixes:
                stop = place + len(suffix)
                positions[row, place:stop] = torch.arange(end, end + len(suffix))
                mask[row, 0, place:stop, end:place] = False
                asks.append(stop - 1)
                place = stop
            self.asks.append(asks)
        self.positions, self.mask = positions.to(self.ids.device), mask.to(self.ids.device)


def _trunk(model: "PreTrainedModel", batch: _Batch, middle: bool) -> "tuple[torch.Tensor, torch.Tensor | None]":
    """Hidden states of the last layer, and of `STATE_LAYER` where wanted; shape (rows, length, width) each."""
    import torch

    visible = None
    if batch.mask is not None:
        visible = torch.zeros(batch.mask.shape, dtype=model.dtype, device=batch.mask.device)
        visible.masked_fill_(~batch.mask, torch.finfo(model.dtype).min)
    with torch.inference_mode():
        seen = model.get_decoder()(
            input_ids=batch.ids,
            position_ids=batch.positions,
            attention_mask=visible,
            use_cache=False,
            output_hidden_states=middle,
        )
    return seen.last_hidden_state, seen.hidden_states[STATE_LAYER] if middle else None


def _states_alone(model: "PreTrainedModel", batch: _Batch) -> "torch.Tensor | None":
    """Hidden states of `STATE_LAYER`, shape (rows, length, width); None where the pass can't end there.

    Of a model without layers above it the state is the last one, which is normalised.
    """
    decoder: Any = model.get_decoder()
    layers = getattr(decoder, "layers", ())
    return layer_input(decoder, STATE_LAYER, input_ids=batch.ids) if len(layers) > STATE_LAYER else None


def _mean_states(batch: _Batch, middle: "torch.Tensor") -> np.ndarray:
    """Means over prompt and response, shape (2, rows, width)."""
    means = np.full((2, middle.shape[0], middle.shape[2]), np.nan, np.float32)
    for row, (start, end) in enumerate(batch.spans):
        spans = (max(0, start - PROMPT_TOKENS), start), (start, min(end, start + RESPONSE_TOKENS))
        for part, (first, stop) in enumerate(spans):
            if stop > first:
                means[part, row] = middle[row, first:stop].float().mean(dim=0).cpu().numpy()
    return means


def _answers(
    model: "PreTrainedModel", batch: _Batch, hidden: "torch.Tensor", yes_no: tuple[list[int], list[int]]
) -> np.ndarray:
    """P(Yes) / (P(Yes) + P(No)) of each question, shape (rows, questions)."""
    import torch

    rows = torch.arange(len(batch.asks), device=hidden.device)[:, None]
    with torch.inference_mode():
        at = hidden[rows, torch.tensor(batch.asks, device=hidden.device)]
        logits = output_head(model)(at.flatten(0, 1)).float()
        yes, no = (logits[:, tokens].logsumexp(dim=-1) for tokens in yes_no)
    return torch.sigmoid(yes - no).cpu().numpy().reshape(len(batch.asks), -1)
