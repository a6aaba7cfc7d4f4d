"""Which size is tuned next, and when a search ends.

The searcher is not kept: before each proposal a new one with the same seed is told every measured size in order, and
stands then where the last one stood. So a search goes on after a crash as if nothing had been.
"""

import logging
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.experiments.size.curve import SizeLoss, gap, seed_spread
from core.experiments.size.plan import SearchMethod, SizePlan

if TYPE_CHECKING:
    from flaml.tune.searcher.blendsearch import BlendSearch

CLOSE = 0.05  # a size that differs from a measured one by no more than this share is taken for it
MOST_REPEATS = 60  # proposals in a row that are measured already, after which no other is expected


@dataclass(frozen=True)
class SearchCost:
    """What a search has cost so far: rows times epochs of all its models, and seconds of tuning."""

    row_passes: int = 0
    seconds: float = 0.0


class StopReason(StrEnum):
    """Why a search ends."""

    ALL_TRIED = "all tried"
    NO_GAIN = "no gain"
    ROW_PASSES = "row passes"
    MINUTES = "minutes"
    NOTHING_NEW = "nothing new"


@dataclass(frozen=True)
class SearchEnd:
    """A search is over; `said` is the reason in a sentence for the user."""

    reason: StopReason
    said: str


def next_size(plan: SizePlan, epochs: int, measured: Sequence[SizeLoss], spent: SearchCost) -> int | SearchEnd:
    """The next number of rows to tune on, or why there is none.

    Args:
        measured: in the order in which they were proposed, without the untuned model.
    """
    wanted = len(plan.sizes) if plan.method is SearchMethod.GRID else plan.most_sizes
    if len(measured) >= wanted:
        return SearchEnd(StopReason.ALL_TRIED, f"All {wanted} sizes are measured.")
    if without_improvement(measured, plan.patience):
        return SearchEnd(
            StopReason.NO_GAIN,
            f"Stopped early: the last {plan.patience} sizes are not significantly better than the best before them.",
        )
    rows = plan.sizes[len(measured)] if plan.method is SearchMethod.GRID else blend_search(plan, measured)
    if rows is None:
        return SearchEnd(
            StopReason.NOTHING_NEW,
            f"BlendSearch proposes no new size: its proposals are within {CLOSE:.0%} of measured sizes.",
        )
    return _beyond_caps(plan, epochs, rows, spent) or rows


def without_improvement(measured: Sequence[SizeLoss], patience: int) -> bool:
    """Whether none of the last `patience` sizes is better, beyond noise, than the best of those before them."""
    if not patience or len(measured) <= patience:
        return False
    spread = seed_spread(measured)
    best = min(measured[:-patience], key=lambda each: each.loss)
    return not any(gap(each, best, spread).high < 0 for each in measured[-patience:])


def blend_search(plan: SizePlan, measured: Sequence[SizeLoss]) -> int | None:
    """What BlendSearch proposes after these; None when it comes back to measured sizes again and again.

    It starts at the lowest size, as that costs least, and moves on a log scale.
    """
    searcher, waiting = _searcher(plan), iter(measured)
    told: dict[int, float] = {}
    repeats = trial = 0
    while repeats < MOST_REPEATS:
        proposal = searcher.suggest(str(trial))
        trial += 1
        if proposal is None:
            repeats += 1
            continue
        rows = _close(int(proposal["rows"]), told)
        if rows is not None:
            repeats += 1
        else:
            known = next(waiting, None)
            if known is None:
                return int(proposal["rows"])
            rows, repeats = known.rows, 0
            told[rows] = known.loss
        searcher.on_trial_complete(str(trial - 1), {"loss": told[rows], "rows": rows, "config": proposal})
    return None


def _searcher(plan: SizePlan) -> "BlendSearch":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that FLAML's AutoML is not installed
        from flaml import tune
        from flaml.tune.searcher.blendsearch import BlendSearch
    for name in ("flaml", "optuna"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return BlendSearch(
        metric="loss",
        mode="min",
        space={"rows": tune.lograndint(plan.lowest, plan.highest + 1)},
        low_cost_partial_config={"rows": plan.lowest},
        num_samples=plan.most_sizes,
        cost_attr="rows",
        seed=plan.seed,
    )


def _close(rows: int, known: Iterable[int]) -> int | None:
    """The nearest of the known sizes, where it is close enough to stand for this one."""
    nearest = min(known, key=lambda each: abs(each - rows), default=None)
    return nearest if nearest is not None and abs(nearest - rows) <= CLOSE * nearest else None


def _beyond_caps(plan: SizePlan, epochs: int, rows: int, spent: SearchCost) -> SearchEnd | None:
    passes = rows * plan.seeds * epochs
    total = spent.row_passes + passes
    if plan.most_row_passes and total > plan.most_row_passes:
        return SearchEnd(
            StopReason.ROW_PASSES,
            f"Stopped at the cost cap: with the next size, {rows:,} rows, the search would come to {total:,} row "
            f"passes (rows times epochs of all models), over {plan.most_row_passes:,}.",
        )
    seconds = spent.seconds * (1 + passes / spent.row_passes) if spent.row_passes else 0.0
    if plan.most_minutes and seconds > 60 * plan.most_minutes:
        return SearchEnd(
            StopReason.MINUTES,
            f"Stopped at the cost cap: with the next size, {rows:,} rows, tuning would come to about "
            f"{seconds / 60:,.0f} minutes, over {plan.most_minutes:g}.",
        )
    return None
