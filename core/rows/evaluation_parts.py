"""The parts of an evaluation set, so that what guides a choice of rows never also judges it."""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from core.rows.evaluation_set import EvaluationExample
from core.rows.words import terms
from core.values import NotNegative, Seed, Value

# Shared words of all words of two prompts (Jaccard) from which they stay together. To keep two questions together
# costs nothing, to part two that are nearly the same lets one judge what the other has guided.
TOGETHER = 0.8
TOLERANCE = 0.05  # of all examples: how far a part may be off its share before questions are moved for it
HEX_DIGITS = 16

_Share = Annotated[float, Ge(0), Le(1)]


class Part(StrEnum):
    """A part of the evaluation: what may look at it."""

    GUIDE = "guide"
    VALIDATION = "validation"
    TEST = "test"
    TRANSFER = "transfer"

    @property
    def use(self) -> str:
        """What the part may be used for, in words for the user."""
        return _USE[self]


_USE = {
    Part.GUIDE: "Influence, rules and scores may read it.",
    Part.VALIDATION: "Decides the tournament.",
    Part.TEST: "Only the proof reads it.",
    Part.TRANSFER: "Another source or answer format.",
}


@dataclass(frozen=True)
class Shares(Value):
    """How an evaluation set is divided; a part of share 0 is left out."""

    guide: _Share = 0.3
    validation: _Share = 0.3
    test: _Share = 0.4

    def refusals(self) -> Iterable[tuple[str, str]]:
        total = self.guide + self.validation + self.test
        if not math.isclose(total, 1, abs_tol=1e-6):
            yield "test", f"the shares sum to {total:g}, not to 1"


@dataclass(frozen=True)
class Division(Value):
    """How an evaluation set is divided, as it is kept with it.

    Attributes:
        transfer: number of the evaluation set that is its transfer part; 0 for none.
    """

    shares: Shares = field(default_factory=Shares)
    seed: Seed = 0
    transfer: NotNegative = 0


@dataclass(frozen=True)
class Parts:
    """The examples of each part, in the order in which they were given."""

    guide: tuple[EvaluationExample, ...]
    validation: tuple[EvaluationExample, ...]
    test: tuple[EvaluationExample, ...]

    def sizes(self, transfer: Sequence[EvaluationExample] = ()) -> dict[Part, int]:
        """How many examples each part has.

        Args:
            transfer: of the transfer part.
        """
        counted = (self.guide, self.validation, self.test, transfer)
        return {part: len(examples) for part, examples in zip(Part, counted, strict=True)}


def split(examples: Sequence[EvaluationExample], shares: Shares = Shares(), seed: int = 0) -> Parts:
    """Divide examples by their prompts; near-duplicates go into the same part.

    Where a prompt goes is told by its hash, so neither the order of the examples nor another example moves it, unless
    a part would be off its share by more than a twentieth of all, or empty: then those nearest to its bound change.
    Where there are fewer different prompts than parts, test is filled first, then validation.

    Args:
        seed: another one gives another division.
    """
    groups = _together(examples)
    keys = [min(_hash(_plain(examples[i])) for i in members) for members in groups]
    places = [int(_hash(f"{seed}\n{key}"), 16) / 16**HEX_DIGITS for key in keys]
    order = sorted(range(len(groups)), key=places.__getitem__)
    ordered = [places[i] for i in order]
    filled = np.cumsum([0, *(len(groups[i]) for i in order)])
    guided, validated, tested = (share > 0 for share in (shares.guide, shares.validation, shares.test))
    end = _bound(ordered, filled, shares.guide + shares.validation, guided + validated, len(order) - tested)
    end = end if tested else len(order)
    begin = _bound(ordered, filled, shares.guide, int(guided), end - validated)
    chosen = (order[:begin], order[begin:end], order[end:])
    return Parts(*(tuple(examples[i] for i in sorted(i for each in part for i in groups[each])) for part in chosen))


def _bound(places: Sequence[float], filled: np.ndarray, share: float, least: int, most: int) -> int:
    """How many groups lie below a bound.

    Args:
        places: of the groups, 0 to 1, in order.
        filled: how many examples the first groups have, from none of them to all.
        share: of the examples that should lie below.
        least, most: groups that must and may lie below; the second counts where both can't be had.
    """
    wanted, slack = share * filled[-1], TOLERANCE * filled[-1]
    low = int(np.searchsorted(filled, wanted - slack))
    high = int(np.searchsorted(filled, wanted + slack, "right")) - 1
    if low > high:  # one large group lies across the bound
        low = high = low if filled[low] - wanted <= wanted - filled[high] else high
    found = min(max(bisect_left(places, share), low), high)
    return max(0, min(max(found, least), most))


def _together(examples: Sequence[EvaluationExample]) -> list[list[int]]:
    """Places of examples that ask nearly the same, and of those like these in turn.

    Two sets of words of which so many are shared have a word in common among the rarest few of each (Chaudhuri,
    Ganti & Kaushik 2006, prefix filter): only such are compared.
    """
    members: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        members.setdefault(_plain(example), []).append(place)
    words = {text: set(text.split(" ")) for text in members}
    frequency = Counter(word for each in words.values() for word in each)
    having: dict[str, list[str]] = {}
    groups = {text: [text] for text in members}
    for text, own in words.items():
        rarest = sorted(own, key=lambda word: (frequency[word], word))[
            : len(own) - math.ceil(TOGETHER * len(own) - 1e-9) + 1
        ]
        for other in {each for word in rarest for each in having.get(word, ())}:
            shared = len(own & words[other])
            if shared >= TOGETHER * (len(own) + len(words[other]) - shared) and groups[text] is not groups[other]:
                groups[other] += groups[text]
                groups.update(dict.fromkeys(groups[text], groups[other]))
        for word in rarest:
            having.setdefault(word, []).append(text)
    different = {id(each): each for each in groups.values()}
    return [[place for text in each for place in members[text]] for each in different.values()]


def _plain(example: EvaluationExample) -> str:
    """The prompt without regard to case, punctuation and white space; of one without words, the prompt."""
    return " ".join(terms(example.prompt)) or example.prompt.strip()


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=HEX_DIGITS // 2).hexdigest()
