"""One indicator at a time against the loss (paper, section 3): the figure's numbers, and the paper's directions."""

from dataclasses import dataclass

import pandas as pd

from core.humanize import counted
from core.regression.design import RESPONSE, unfit_columns
from core.regression.set_table import SetTable
from core.regression.univariate import FEWEST, KIND, fisher_interval
from core.report.findings import ComparedFinding, Own, findings
from core.report.indicators import papers_indicators
from core.rows.candidate_set import Kind
from core.statistics import LEVEL, holm

MIXED = (Kind.DESIGNED, Kind.FUSED, Kind.RANDOM)


@dataclass(frozen=True)
class UnivariateLine:
    """How one indicator goes with the log loss.

    Attributes:
        sets: over which, in words: levels of the indicator where there are enough, as in the paper, else mixed sets.
        own: Pearson's r with Fisher's interval.
        p_holm: corrected over all lines (Holm 1979).
    """

    indicator: str
    sets: str
    own: Own
    p_holm: float


@dataclass(frozen=True, eq=False)
class Univariate:
    """The figure and its numbers.

    Attributes:
        sets: indexed by name: kind where it is known, the indicators of the lines, log_loss.
        left_out: why an indicator has no line, in sentences.
    """

    sets: pd.DataFrame
    lines: tuple[UnivariateLine, ...]
    compared: tuple[ComparedFinding, ...]
    left_out: tuple[str, ...]


def univariate(table: SetTable) -> Univariate:
    """Pearson's correlation of each indicator with the log loss, and whether the paper's directions are met."""
    found: dict[str, tuple[str, Own]] = {}
    lacking: dict[str, str] = {}
    for name in papers_indicators():
        if name not in table.sets:
            lacking[name] = "it is not scored"
            continue
        sets, named = _sets_for(table, name)
        reasons = unfit_columns(sets, [name]) | unfit_columns(sets, [RESPONSE])
        if len(sets) < FEWEST:
            lacking[name] = f"{counted(len(sets), 'set')} {'is' if len(sets) == 1 else 'are'} too few for a correlation"
        elif reasons:
            lacking[name] = f"it {reasons[name]}" if name in reasons else "the loss is the same everywhere"
        else:
            found[name] = (named, _pearson(sets, name, named))
    corrected = holm([own.p for _, own in found.values()])
    lines = tuple(
        UnivariateLine(name, named, own, float(p))
        for (name, (named, own)), p in zip(found.items(), corrected, strict=True)
    )
    compared = tuple(
        ComparedFinding.by_sign(
            each, found[each.about][1] if each.about in found else None, lacking.get(each.about, "")
        )
        for each in findings("univariate")
    )
    titles = papers_indicators()
    shown = [KIND] * (KIND in table.sets) + [line.indicator for line in lines] + [RESPONSE]
    left_out = tuple(f"{titles[name].title}: {why}." for name, why in lacking.items())
    return Univariate(table.sets[shown], lines, compared, left_out)


def _sets_for(table: SetTable, indicator: str) -> tuple[pd.DataFrame, str]:
    """The sets that tell most of one indicator: its own levels, else sets mixed at random, else all."""
    levels = table.sets[[table.levels_of.get(str(label)) == indicator for label in table.sets.index]]
    if len(levels) >= FEWEST:
        return levels, f"{len(levels)} levels"
    mixed = table.sets[table.sets[KIND].isin(MIXED)] if KIND in table.sets else table.sets.head(0)
    if len(mixed) >= FEWEST:
        return mixed, f"{len(mixed)} mixed sets"
    return table.sets, counted(len(table.sets), "set")


def _pearson(sets: pd.DataFrame, name: str, named: str) -> Own:
    from scipy import stats

    r, p = stats.pearsonr(sets[name].to_numpy(float), sets[RESPONSE].to_numpy(float))
    return Own(f"Pearson r, {named}", float(r), *fisher_interval(float(r), len(sets), LEVEL), float(p))
