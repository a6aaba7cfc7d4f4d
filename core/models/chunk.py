"""A chunk of rows on its way through the models: each pass is made once, whichever indicators ask for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from core.models.language_pass import Asked, LanguagePass, language_pass
from core.models.pool import ModelPool
from core.models.profiles import Profile
from core.models.prompts import QUESTIONS, prompt_end
from core.progress import Progress, Silent
from core.rows.row import Row

ENCODER_BATCH = 32
Made = TypeVar("Made")


class Chunk:
    """Some rows, and what the models of a profile say of them.

    Args:
        rows: the rows.
        wanted: names of all indicators that will ask, so that one pass answers them all.
        models: where the models are.
        progress: told rows of the longest pass.
    """

    def __init__(
        self, rows: Sequence[Row], wanted: Collection[str], models: ModelPool, progress: Progress | None = None
    ) -> None:
        self.rows, self.models, self.profile = rows, models, models.profile
        self._wanted = wanted
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
        """Whatever the wanted indicators need of the language model."""
        by_role = {"reward": ("reward",), "quality": tuple(QUESTIONS)}
        kinds = {role: getattr(self.profile, role).kind for role in by_role}
        wanted = {role: [name for name in names if name in self._wanted] for role, names in by_role.items()}
        asked = Asked(
            likelihood="perplexity" in self._wanted or "ifd" in self._wanted,
            questions=tuple(wanted["quality"]) if kinds["quality"] == "zero_shot" else (),
            states=any(wanted[role] and kinds[role] == "state_head" for role in by_role),
            alone="ifd" in self._wanted,
            association=bool(wanted["quality"]) and kinds["quality"] == "state_head",
            predictability=bool(wanted["reward"]) and kinds["reward"] == "state_head",
        )
        return language_pass(
            self.rows, asked, self.models.language_model, self.models.tokenizer, self.profile, self.progress
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
        vectors = self.models.encoder.encode(
            texts, batch_size=ENCODER_BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
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
