"""How far the reward tells systems, answers and faults apart that it was not fitted on, beside length."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.stats import spearmanr

from core.indicators.heads.example import Example
from core.indicators.heads.reward_examples import Pair, equally_long
from core.indicators.heads.reward_systems import System
from core.models.trust import Agreement, Use

RANGES = {"above 40%": (40.0, 100.0), "of 5 to 40%": (5.0, 40.0), "of 2 to 78%": (0.0, 100.0)}  # of win rates
RATES: Mapping[str, Callable[[System], float]] = {
    "win rates": lambda system: system.win_rate,
    "length-controlled win rates": lambda system: system.length_controlled,
}
CHOSEN_AMONG = "win rates of unseen systems of 5 to 40%"
APART = 5.0  # per cent of win rate by which systems differ whose answers are compared
LENGTH = "length alone"


def system_agreements(
    examples: Sequence[Example], rewards: np.ndarray, systems: Mapping[str, System]
) -> list[Agreement]:
    """Spearman of systems' mean rewards and their rates, by range of the plain rate."""
    names = sorted({each.system for each in examples})
    of_system = np.array([each.system for each in examples])
    lengths = np.array([len(each.row.output) for each in examples], float)
    means, longs = (np.array([values[of_system == name].mean() for name in names]) for values in (rewards, lengths))
    plain = np.array([systems[name].win_rate for name in names])
    found = []
    for rates, rate in RATES.items():
        for within, (least, most) in RANGES.items():
            inside = (plain >= least) & (plain <= most)
            truth = [rate(systems[name]) for name in np.array(names)[inside]]
            ours, by_length = (round(float(spearmanr(values[inside], truth).statistic), 3) for values in (means, longs))
            phrase = f"{rates} of unseen systems {within}"
            found.append(Agreement(phrase, "Spearman", ours, len(truth), LENGTH, by_length, Use.SOURCES))
    return found


def answer_agreement(examples: Sequence[Example], rewards: np.ndarray, systems: Mapping[str, System]) -> Agreement:
    """Share of pairs of equally long answers to an instruction in which the better system's has the higher reward."""
    ours, by_length = [], []
    for group in sorted({each.group for each in examples}):
        places = [i for i, each in enumerate(examples) if each.group == group]
        for i, j in ((i, j) for i in places for j in places):
            lengths = [len(examples[k].row.output) for k in (i, j)]
            better, worse = (systems[examples[k].system].win_rate for k in (i, j))
            if better - worse >= APART and equally_long(*lengths):
                ours.append(rewards[i] > rewards[j])
                by_length.append(lengths[0] > lengths[1])
    return _share("unseen systems' answers of equal length", ours, by_length, Use.ROWS)


def pair_agreement(phrase: str, pairs: Sequence[Pair], rewards: np.ndarray, use: Use) -> Agreement:
    """Share of pairs in which the better answer has the higher reward.

    Args:
        rewards: of `core.indicators.heads.reward_examples.rows_of`.
    """
    better, worse = np.split(rewards, 2)
    by_length = [len(each.better.output) > len(each.worse.output) for each in pairs]
    return _share(phrase, (better > worse).tolist(), by_length, use)


def _share(phrase: str, ours: Sequence[bool], by_length: Sequence[bool], use: Use) -> Agreement:
    right, longer_right = (round(float(np.mean(each)), 3) for each in (ours, by_length))
    return Agreement(phrase, "share right", right, len(ours), LENGTH, longer_right, use)
