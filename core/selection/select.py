"""Which rows are kept: ranked by a rule or an indicator, within quotas, without those too like a better one."""

import numpy as np
import pandas as pd

from core.embeddings.diversity import Embed
from core.errors import SelectionError
from core.progress import Progress, Silent
from core.rows.marks import Mark
from core.selection.budget import rows_within
from core.selection.selection import DropReason, Selection
from core.selection.spec import TOKENS, Diversity, PercentOf, Quotas, RankBy, SelectionSpec
from core.selection.within_quotas import Ranked, caps_of, drop_reasons, in_turn
from core.selection.within_range import LeverageLimit, Limit, hold_leverage, hold_within

__all__ = ["Diversity", "DropReason", "Quotas", "RankBy", "Selection", "SelectionSpec", "random_losses", "select"]


def select(candidates: pd.DataFrame, spec: SelectionSpec, embed: Embed, progress: Progress | None = None) -> Selection:
    """Rank the candidates and keep the best, within quotas and diversity.

    Args:
        candidates: dataset_id, row_id, the indicators and, where rows were marked by hand, `mark`; ties keep their
            order. A row that stands in two datasets is kept once, where it ranks better.
        embed: unit vectors of rows by number; called only where the spec needs them.

    Raises:
        SelectionError: nothing to select from, a spec that makes no sense, or a budget that no row fits into.
    """
    if candidates.empty:
        raise SelectionError("No rows to select from.", mend="Load data, or remove a filter.")
    value = _ranking(candidates, spec)
    mark = candidates["mark"] if "mark" in candidates else pd.Series(str(Mark.NONE), index=candidates.index)
    kept_by_hand, dropped_by_hand = mark == Mark.KEEP, mark == Mark.DROP
    tokens = candidates.get(TOKENS)
    if spec.budget is not None:
        tokens = _counted(tokens, kept_by_hand)
        value = value.where(tokens.notna())
    unscored = _unscored(candidates, value, spec)
    eligible = kept_by_hand | (value.notna() & ~dropped_by_hand)
    ascending = not (spec.rank_by is RankBy.INDICATOR and spec.descending)
    order = value[eligible].sort_values(ascending=ascending, kind="stable").index
    order = order[kept_by_hand[order].to_numpy()].append(order[~kept_by_hand[order].to_numpy()])
    ranked = candidates.loc[order, ["dataset_id", "row_id"]].assign(value=value[order]).reset_index(drop=True)
    first = (~ranked.duplicated("row_id")).to_numpy()
    given = int(candidates.loc[kept_by_hand, "row_id"].nunique())
    told = progress or Silent()

    def keep(wanted: int) -> tuple[np.ndarray, list[Limit], LeverageLimit | None]:
        """The reasons of the ranked rows where so many are wanted, and the limits."""
        reasons = np.full(len(ranked), str(DropReason.DUPLICATE), dtype=object)
        allowed, limits, leverage = _within_range(candidates, order[first], spec, wanted, given)
        reasons[np.flatnonzero(first)[~allowed]] = str(DropReason.BEYOND_RANGE)
        once = ranked[first][allowed].reset_index(drop=True)
        reasons[np.flatnonzero(first)[allowed]] = drop_reasons(Ranked(once, spec, wanted, given), embed, told)
        return reasons, limits, leverage

    if spec.budget is None:
        wanted = max(_wanted(spec, len(candidates), int((~unscored).sum())), given)
    else:
        assert tokens is not None
        wanted = rows_within(tokens[order].to_numpy(float), first, spec.budget, lambda rows: keep(rows)[0] == "", given)
    reasons, limits, leverage = keep(wanted)
    kept = ranked[reasons == ""].reset_index(drop=True)
    kept["rank"] = range(len(kept))
    left = candidates.loc[~eligible, ["dataset_id", "row_id"]]
    why = np.where(unscored[~eligible], str(DropReason.NO_SCORE), str(DropReason.LEFT_OUT))
    left["reason"] = np.where(dropped_by_hand[~eligible], str(DropReason.BY_HAND), why)
    dropped = ranked.assign(reason=reasons)[reasons != ""].drop(columns="value")
    kept_tokens = None if tokens is None else round(float(tokens[order[reasons == ""]].sum()))
    dropped = pd.concat([dropped, left], ignore_index=True)
    return Selection(spec, kept, dropped, wanted, tuple(limits), kept_tokens, leverage)


def _counted(tokens: pd.Series | None, kept_by_hand: pd.Series) -> pd.Series:
    """The tokens of the responses.

    Raises:
        SelectionError: they are not counted, or not those of a row kept by hand.
    """
    if tokens is None or tokens[kept_by_hand].isna().any():
        rows = "rows" if tokens is None else "rows marked keep"
        raise SelectionError(
            f"There are no response tokens of the {rows}, in which a budget is counted.",
            mend="Score output length first, or ask for a number of rows.",
        )
    return tokens.astype(float)


def _unscored(candidates: pd.DataFrame, value: pd.Series, spec: SelectionSpec) -> pd.Series:
    """Which rows can't be ranked for want of a score; what a way of choosing leaves out needs none or has them."""
    if spec.rank_by is not RankBy.WAY:
        return value.isna()
    needed = [name for name in spec.indicators if name in candidates]
    return value.isna() & spec.known_way().considered(candidates) & candidates[needed].isna().any(axis=1)


def _within_range(
    candidates: pd.DataFrame, order: pd.Index, spec: SelectionSpec, wanted: int, given: int
) -> tuple[np.ndarray, list[Limit], LeverageLimit | None]:
    """Which of the candidates in this order, each there once, the spec's range lets in, and by which limits.

    What is held are the means of the rows that would be kept within quotas, before anything is said of their diversity.
    """
    rule = spec.rule if spec.rank_by is RankBy.RULE and spec.within_range else None
    allowed = np.ones(len(order), bool)
    if rule is None or rule.learned is None:
        return allowed, [], None
    ranked = candidates.loc[order]
    datasets = ranked["dataset_id"].to_numpy()

    def choose(allowed: np.ndarray) -> np.ndarray:
        places = np.flatnonzero(allowed)
        if spec.quotas is Quotas.NONE:
            return places[:wanted]
        return places[in_turn(datasets[places], wanted, caps_of(datasets[places], spec, wanted, given))[0]]

    ranges = {name: rule.learned.ranges[name] for name in rule.indicators if name in rule.learned.ranges}
    values = {name: ranked[name].to_numpy(float) for name in ranges}
    allowed, limits = hold_within(values, ranges, wanted, given, choose) if ranges else (allowed, [])
    allowed, leverage = hold_leverage(ranked, rule, choose, allowed, given)
    return allowed, limits, leverage


def random_losses(candidates: pd.DataFrame, spec: SelectionSpec, rows: int, draws: int = 20) -> np.ndarray:
    """The rule's prediction for random choices of the same size from the same candidates, within the same quotas.

    Args:
        rows: how many rows each choice keeps.
        draws: how many choices; draw i takes seed `spec.seed + i`.

    Returns: predicted log loss, shape (draws,).
    """
    if spec.rule is None:
        raise SelectionError("No rule chosen.", mend="Choose a rule to compare by.")
    datasets = candidates["dataset_id"].to_numpy()
    caps = caps_of(datasets, spec, rows)
    terms = candidates[list(spec.rule.indicators)]
    losses = np.empty(draws)
    for i in range(draws):
        order = np.random.default_rng(spec.seed + i).permutation(len(candidates))
        chosen = order[:rows] if spec.quotas is Quotas.NONE else order[in_turn(datasets[order], rows, caps)[0]]
        losses[i] = spec.rule.predict_set(terms.iloc[chosen])
    return losses


def _wanted(spec: SelectionSpec, considered: int, rankable: int) -> int:
    if spec.rows is not None:
        return spec.rows
    if spec.percent is not None:
        available = rankable if spec.percent_of is PercentOf.RANKABLE else considered
        return max(1, round(available * spec.percent / 100))
    return considered


def _ranking(candidates: pd.DataFrame, spec: SelectionSpec) -> pd.Series:
    if spec.rank_by is RankBy.RULE:
        if spec.rule is None:
            raise SelectionError("No rule chosen.", mend="Choose a rule to rank by.")
        return spec.rule.predict(candidates).reindex(candidates.index)  # a rule without terms tells nothing of any row
    if spec.rank_by is RankBy.INDICATOR:
        if spec.indicator not in candidates:
            raise SelectionError(
                f"There are no scores for '{spec.indicator}'.", mend="Choose another indicator, or score it."
            )
        return candidates[spec.indicator].astype(float)
    if spec.rank_by is RankBy.WAY:
        return spec.known_way().values(candidates, spec.seed)
    places = np.arange(len(candidates), dtype=float)
    if spec.rank_by is RankBy.RANDOM:
        places = np.random.default_rng(spec.seed).permutation(places)
    return pd.Series(places, index=candidates.index)
