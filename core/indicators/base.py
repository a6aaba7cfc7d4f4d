"""What an indicator declares of itself, and the key under which its scores are kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.indicators.needs import Needs
from core.own_code import Origin
from core.rows.row import Row
from core.rows.words import words
from core.values import Value

if TYPE_CHECKING:
    import numpy as np

    from core.indicators.row_pool import RowPool
    from core.indicators.target import Targeted
    from core.models.chunk import Chunk
    from core.models.profiles import Profile
    from core.models.trust import Trust


_BELOW = str.maketrans("0123456789in", "₀₁₂₃₄₅₆₇₈₉ᵢₙ")


class Scope(StrEnum):
    """What a score depends on."""

    ROW = "row"
    POOL = "pool"  # on the row and on the dataset among whose rows it stands
    TARGET = "target"  # on the row and on the questions that the rows are chosen for


@dataclass(frozen=True)
class ScorerKey(Value):
    """Who made a score: indicator, model and settings. Two scores under one key for one row are the same number."""

    indicator: str
    model: str
    settings: str  # canonical JSON

    @classmethod
    def of(cls, indicator: str, model: str, settings: Mapping[str, object]) -> "ScorerKey":
        return cls(indicator, model, json.dumps(settings, sort_keys=True, separators=(",", ":")))


@dataclass(frozen=True)
class Indicator:
    """One indicator of the quality of an instruction-response pair.

    Attributes:
        name: the field's term, also its column: `perplexity`.
        title: for headings and axes: `Perplexity`.
        symbol: the paper's symbol (Table 1), or "" where the paper has none.
        unit: of the value, "" where it has none.
        definition: one or two sentences for the user.
        source: paper and section, or publication.
        model_role: which model of the profile makes it ("" for none): language_model, encoder, reward, quality.
        skewed: whether a log axis reads better by default.
        higher_is_better: how a person reads it; None where neither end is good.
        order: where it stands in lists.
        needs: what it computes from under a profile, beside the texts of a row.
        settings: what of the profile changes the value and so belongs into the key.
        trust: how well it agrees with people or GPT-4 under a profile; None where its number is what it says, a count
            or a distance, and there is nothing to agree with.
        compute: values for a chunk of rows, shape (rows,), NaN where undefined.
        compute_pool: in place of `compute`, where a value depends on all rows of the dataset: shape (rows,) too.
        targeted: in place of `compute`, where a value depends on the guide questions of an evaluation set too.
        undefined_where: of which rows it has no value, as the end of a sentence: `the response has no words`.
        least_words: of a response, below which its value says little and is marked; 0 where length does not matter.
        origin: of one of the user's own; None for those of the studio.
    """

    name: str
    title: str
    definition: str
    source: str
    symbol: str = ""
    unit: str = ""
    model_role: str = ""
    skewed: bool = False
    higher_is_better: bool | None = None
    order: int = 100
    needs: "Callable[[Profile], Needs]" = field(default=lambda profile: Needs())
    settings: "Callable[[Profile], Mapping[str, object]]" = field(default=lambda profile: {})
    trust: "Callable[[Profile], Trust | None]" = field(default=lambda profile: None)
    compute: "Callable[[Chunk], np.ndarray] | None" = None
    compute_pool: "Callable[[RowPool], np.ndarray] | None" = None
    targeted: "Targeted | None" = None
    undefined_where: str = ""
    least_words: int = 0
    origin: Origin | None = None

    def is_reliable(self, row: Row) -> bool:
        """Whether the response is long enough for its value to say something."""
        return not self.least_words or len(words(row.output)) >= self.least_words

    @property
    def scope(self) -> Scope:
        """Whether a value depends on the row alone, on its dataset too, or on a target."""
        if self.targeted:
            return Scope.TARGET
        return Scope.POOL if self.compute_pool else Scope.ROW

    def needs_told(self, profile: "Profile") -> list[str]:
        """What it needs under a profile, for people."""
        of_dataset = ["the whole dataset"] if self.scope is Scope.POOL else []
        of_target = self.targeted.needs_told if self.targeted else ()
        return [*self.needs(profile).words, *of_dataset, *of_target] or ["the row's texts"]

    @property
    def typeset_symbol(self) -> str:
        """The symbol with its index below the line: `KNN₆` for `KNN_6`."""
        head, _, index = self.symbol.partition("_")
        return head + index.translate(_BELOW)
