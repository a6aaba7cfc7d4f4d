"""Rows as training examples, and batches whose vocabulary logits are made for response tokens only."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.finetune.settings import TuningSettings
from core.models.profiles import Profile
from core.models.prompts import encode
from core.rows.row import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # the label that transformers' losses leave out

Example = dict[str, list[int]]


def training_examples(
    rows: Sequence[Row], settings: TuningSettings, profile: Profile, tokenizer: "PreTrainedTokenizerBase"
) -> list[Example]:
    """Token ids and labels of each row: loss stands on the response and its end mark, never on the prompt.

    Rows whose response has no token left within `max_tokens` are left out.
    """
    limits = replace(
        profile,
        template=settings.template,
        max_prompt_tokens=settings.max_tokens // 2,
        max_response_tokens=settings.max_tokens,
    )
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    examples = []
    for row in rows:
        encoded = encode(row, limits, tokenizer)
        response = (encoded.response + end)[: settings.max_tokens - len(encoded.prompt)]
        if encoded.response and response:
            ids = encoded.prompt + response
            examples.append({"input_ids": ids, "labels": [IGNORED] * len(encoded.prompt) + response})
    return examples


class Collator:
    """Pads examples at the end, and keeps logits only where a response token is to be foreseen.

    A vocabulary of 49,000 makes the logits of a batch larger than the model; prompts and padding need none of them.
    """

    def __init__(self, padding: int) -> None:
        self._padding = padding

    def __call__(self, examples: Sequence[Example]) -> "dict[str, torch.Tensor]":
        import torch

        longest = max(len(each["input_ids"]) for each in examples)
        ids = torch.full((len(examples), longest), self._padding)
        labels = torch.full((len(examples), longest), IGNORED)
        mask = torch.zeros((len(examples), longest), dtype=torch.long)
        for line, each in enumerate(examples):
            count = len(each["input_ids"])
            ids[line, :count] = torch.tensor(each["input_ids"])
            labels[line, :count] = torch.tensor(each["labels"])
            mask[line, :count] = 1
        shifted = torch.nn.functional.pad(labels, (0, 1), value=IGNORED)[:, 1:]
        kept = (shifted != IGNORED).any(dim=0).nonzero().flatten()
        return {
            "input_ids": ids,
            "attention_mask": mask,
            "labels": labels,
            "shift_labels": shifted[:, kept],
            "logits_to_keep": kept,
        }
