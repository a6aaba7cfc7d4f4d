"""A chunk of rows on its way through the models: each pass is made once, whichever indicators ask for it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from core.models.device import on_cpu
from core.models.language_pass import NOTHING, Asked, LanguagePass, language_pass
from core.models.pool import ModelPool
from core.models.profiles import Profile
from core.models.prompts import prompt_end
from core.progress import Progress, Silent
from core.rows.row import Row

CPU_ENCODER_BATCH, GPU_ENCODER_BATCH = 8, 32  # texts; so few keep a CPU busy, and wait less for the longest
Made = TypeVar("Made")


class Chunk:
    """Some rows, and what the models of a profile say of them.

    Args:
        rows: the rows.
        models: where the models are.
        asked: what will be wanted of the language model by whoever asks, so that one pass answers all.
        progress: told rows of the longest pass.
    """

    def __init__(
        self, rows: Sequence[Row], models: ModelPool, asked: Asked = NOTHING, progress: Progress | None = None
    ) -> None:
        self.rows, self.models, self.profile = rows, models, models.profile
        self._asked = asked
        self._made: dict[Callable[[Chunk], Any], Any] = {}
        self.progress = progress or Silent()

    def once(self, make: "Callable[[Chunk], Made]") -> Made:
        """What `make` makes of this chunk: made once, whichever indicators ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    @cached_property
    def prompt_tokens(self) -> np.ndarray:
        """Tokens of instruction and input, without template or special tokens, shape (rows,)."""
        return self._token_counts([row.prompt for row in self.rows])

    @cached_property
    def response_tokens(self) -> np.ndarray:
        """Tokens of the response, shape (rows,)."""
        return self._token_counts([row.output for row in self.rows])

    @cached_property
    def language(self) -> LanguagePass:
        """What the language model was asked.

        Raises:
            ValueError: it was asked nothing, as no wanted indicator has anything of it among its needs.
        """
        if self._asked == NOTHING:
            raise ValueError("the language model was asked nothing: no wanted indicator has it among its needs")
        return language_pass(
            self.rows, self._asked, self.models.language_model, self.models.tokenizer, self.profile, self.progress
        )

    @cached_property
    def likeness(self) -> np.ndarray:
        """Cosine of the encoder's vectors of response and prompt's end, shape (rows,)."""
        ends, responses = np.split(self.embed([*map(prompt_end, self.rows), *(row.output for row in self.rows)]), 2)
        return (ends * responses).sum(axis=1)

    @cached_property
    def embeddings(self) -> np.ndarray:
        """Question and answer as one text in the encoder's space, unit length, float32, shape (rows, 384)."""
        return self.embed([f"{row.prompt}\n\n{row.output}" for row in self.rows])

    def embed(self, texts: list[str]) -> np.ndarray:
        """Unit vectors of texts in order, float32; a text beyond the encoder's length loses its end."""
        self.progress.update(0, len(self.rows), "Computing embeddings")
        encoder = self.models.encoder
        batch = CPU_ENCODER_BATCH if on_cpu(encoder.device) else GPU_ENCODER_BATCH
        vectors = encoder.encode(
            texts, batch_size=batch, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)

    def _token_counts(self, texts: list[str]) -> np.ndarray:
        encoded = self.models.tokenizer(texts, add_special_tokens=False)["input_ids"]
        return np.array([len(ids) for ids in encoded], dtype=np.float64)


def tokenizer_settings(profile: Profile) -> Mapping[str, object]:
    """A count of tokens depends on the tokenizer alone, which the model's name tells."""
    return {}


def language_settings(profile: Profile) -> Mapping[str, object]:
    """What of a profile changes a number that the language model's pass makes."""
    return {
        "template": profile.template,
        "max_prompt_tokens": profile.max_prompt_tokens,
        "max_response_tokens": profile.max_response_tokens,
        "dtype": profile.language_model.dtype,
    }
