"""The longest responses of those that do not look like junk."""

import pandas as pd

from core.selection.ways.base import Way

LOWEST_REWARD = 0.10
HIGHEST_IFD = 0.95


def is_junk(candidates: pd.DataFrame) -> pd.Series:
    """Rows whose reward is in the lowest tenth, or whose IFD is at least 1 and in the highest twentieth.

    IFD of at least 1: the instruction makes the response no likelier (arXiv 2308.12032). Both are guesses by two
    scores, not judgements; ties at a quantile stay in.
    """
    poor = candidates["reward"] < candidates["reward"].quantile(LOWEST_REWARD)
    astray = (candidates["ifd"] >= 1) & (candidates["ifd"] > candidates["ifd"].quantile(HIGHEST_IFD))
    return poor | astray


WAY = Way(
    name="junk_dropped",
    title="Junk dropped, then longest",
    definition="The longest responses after dropping rows that look like junk: the lowest 10 % by reward, and those of "
    "the highest 5 % by IFD whose IFD is at least 1.",
    source="arXiv 2402.04833 for length, 2308.12032 for IFD; the limits are this studio's",
    order=2,
    needs=("output_length", "reward", "ifd"),
    rank=lambda candidates, seed: (-candidates["output_length"]).mask(is_junk(candidates)),
)
