"""Several pairs of models judged alike: what a judge says of one pair holds for these two models only.

What varies between the sides is which rows were drawn and with which seed was tuned. Instructions repeat the question,
not the models, so the unit here is the pair: its net win rate, and over the pairs Student's t and an exact test.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.humanize import counted, fixed, interval, p_stated
from core.judge.tally import Tally
from core.statistics import LEVEL, SIGNIFICANT, sign_flips

FEWEST_PAIRS = 3  # below, the spread over models is not known well enough to test against


@dataclass(frozen=True)
class OverModels:
    """Net win rates of A, wins less losses over the instructions decided, one a pair of models.

    Attributes:
        low, high: 95% interval of the mean over pairs; NaN for one pair, as p_value then.
        p_value: two-sided, of t.
        exact_p_value: two-sided, over all changes of signs; NaN where these are too many.
    """

    nets: tuple[float, ...]
    mean: float
    low: float
    high: float
    p_value: float
    exact_p_value: float

    @property
    def told(self) -> str:
        """The verdict in sentences, with how many models a side it rests on."""
        rests = f"It rests on {counted(len(self.nets), 'model')} a side."
        net = f"net win rate of A {fixed(100 * self.mean, 0, signed=True)}%"
        if len(self.nets) < FEWEST_PAIRS:
            return f"Inconclusive: {net}. {rests} Judge at least {FEWEST_PAIRS} pairs of models."
        spread = f"95% interval {interval(100 * self.low, 100 * self.high, '+.0f')}%, {p_stated(self.p_value)}"
        if not self.p_value < SIGNIFICANT:
            return f"No significant difference over models: {net} ({spread}). {rests}"
        return f"{'A' if self.mean > 0 else 'B'} is better over models: {net} ({spread}). {rests}"


def over_models(tallies: Sequence[Tally]) -> OverModels:
    """The verdict over pairs of models.

    Args:
        tallies: of one judge, one a pair, with A and B meaning the same in all; undecided ones are passed over.
    """
    from scipy import stats

    nets = [(each.a.count - each.b.count) / each.decided for each in tallies if each.decided]
    mean = float(np.mean(nets)) if nets else math.nan
    if len(nets) < 2:
        return OverModels(tuple(nets), mean, math.nan, math.nan, math.nan, math.nan)
    exact, _ = sign_flips(nets)
    if np.ptp(nets) == 0:
        return OverModels(tuple(nets), mean, mean, mean, float(mean == 0), exact)
    test = stats.ttest_1samp(nets, 0.0)
    ends = test.confidence_interval(LEVEL)
    return OverModels(tuple(nets), mean, float(ends.low), float(ends.high), float(test.pvalue), exact)
