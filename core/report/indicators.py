"""Table 1: the indicators, the models that make them here and in the paper, and how they are spread over the data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from core.indicators import registry
from core.indicators.base import Indicator
from core.models.profiles import Profile, profile

QUANTILES = ("q05", "q25", "median", "q75", "q95")


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator of the paper.

    Attributes:
        model, paper_model: that make it here and, by what is recalled of the checkpoints, in the paper; "" for none.
        rows: that have a value.
        quantiles: 5, 25, 50, 75 and 95%, in the indicator's unit.
    """

    about: Indicator
    model: str
    paper_model: str
    rows: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True)
class IndicatorTable:
    """The lines in the paper's order, and the datasets over whose rows the numbers are."""

    lines: tuple[IndicatorLine, ...]
    datasets: tuple[str, ...]


def papers_indicators() -> dict[str, Indicator]:
    """The indicators of Table 1 by name."""
    return {name: about for name, about in registry().items() if about.symbol}


def indicator_table(summary: pd.DataFrame, used: Profile, datasets: tuple[str, ...]) -> IndicatorTable:
    """Table 1 over scored rows.

    Args:
        summary: as of `Store.summary`, a line an indicator; those without a line or value have no numbers.
        used: the profile whose scores they are.
    """
    by_name: Mapping[str, pd.Series] = {} if summary.empty else {s["indicator"]: s for _, s in summary.iterrows()}
    paper, lines = profile("paper"), []
    for name, about in papers_indicators().items():
        found = by_name.get(name)
        mean, *quantiles = [math.nan] * (1 + len(QUANTILES))
        if found is not None and found["n"]:
            mean, *quantiles = (float(found[column]) for column in ("mean", *QUANTILES))
        here, papers = (getattr(each, about.model_role).label if about.model_role else "" for each in (used, paper))
        rows = 0 if found is None else int(found["n"])
        lines.append(IndicatorLine(about, here, papers, rows, mean, tuple(quantiles)))
    return IndicatorTable(tuple(lines), datasets)
