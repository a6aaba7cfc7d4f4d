"""What people choose, without knowing whose answer is whose: in an order of their own, each side first by chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.judge.answer_pair import AnswerPair
from core.judge.verdict import Verdict


@dataclass(frozen=True)
class HumanVerdict:
    """What somebody chose for one instruction; `verdict` is None where they passed it over."""

    position: int
    a_first: bool
    verdict: Verdict | None


@dataclass(frozen=True)
class BlindPair:
    """A pair as it is shown; `a_first` stays unknown to whoever chooses."""

    pair: AnswerPair
    a_first: bool

    @property
    def first(self) -> str:
        return self.pair.a if self.a_first else self.pair.b

    @property
    def second(self) -> str:
        return self.pair.b if self.a_first else self.pair.a

    def chosen(self, verdict: Verdict | None) -> HumanVerdict:
        """The choice, as it is kept."""
        return HumanVerdict(self.pair.position, self.a_first, verdict)


def blind_pairs(pairs: Sequence[AnswerPair], prompts: int, seed: int) -> list[BlindPair]:
    """The pairs that differ, mixed by `seed`; the same ones in the same order however many answers are there yet.

    Args:
        prompts: of the whole comparison.
    """
    generator = np.random.default_rng(seed)
    order, a_first = generator.permutation(prompts), generator.random(prompts) < 0.5
    by_position = {pair.position: pair for pair in pairs if not pair.same}
    return [BlindPair(by_position[i], bool(a_first[i])) for i in order.tolist() if i in by_position]


@dataclass(frozen=True)
class BlindRound:
    """How far the choosing is.

    Attributes:
        pairs: in the order in which they are shown.
        chosen: in the order in which they were chosen.
    """

    pairs: Sequence[BlindPair]
    chosen: Sequence[HumanVerdict]

    @property
    def left(self) -> list[BlindPair]:
        """Those that were neither chosen nor passed over."""
        known = {each.position for each in self.chosen}
        return [each for each in self.pairs if each.pair.position not in known]

    @property
    def passed(self) -> list[int]:
        """Positions of those that were passed over."""
        return [each.position for each in self.chosen if each.verdict is None]

    @property
    def told(self) -> str:
        """`3 of 11 pairs chosen, 1 passed over`."""
        done, passed = len(self.pairs) - len(self.left), len(self.passed)
        return f"{done - passed} of {len(self.pairs)} pairs judged" + (f", {passed} skipped" if passed else "")
