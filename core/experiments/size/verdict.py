"""What a search of the size came to, in sentences: the best size, which others are as good, and a double descent."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.experiments.size.curve import (
    DoubleDescent,
    PairedGap,
    SizeLoss,
    adjusted_p_values,
    double_descent,
    gap,
    seed_spread,
)
from core.experiments.size.plan import FEWEST_SIZES
from core.statistics import SIGNIFICANT

ONE_SEED = "Each size has one seed, so differences between sizes may be differences between seeds."


@dataclass(frozen=True, eq=False)
class SizeVerdict:
    """The best size and all that is told of it.

    Attributes:
        sizes: those measured, fewest rows first.
        best: of the lowest loss; None while too few sizes are measured.
        to_best: each size's loss less that of the best, by rows; intervals and p of this pair alone.
        adjusted: p of these differences, adjusted for all pairs of sizes.
        alike: sizes that do not differ significantly from the best, which is not among them, ascending.
        descent: the double descent, where there is one.
        told: the verdict in sentences.
    """

    sizes: tuple[SizeLoss, ...]
    best: SizeLoss | None
    to_best: dict[int, PairedGap]
    adjusted: dict[int, float]
    alike: tuple[int, ...]
    descent: DoubleDescent | None
    told: str

    @property
    def none_differs(self) -> bool:
        """Whether no size differs significantly from the best."""
        return self.best is not None and len(self.alike) == len(self.sizes) - 1


def judge_sizes(measured: Sequence[SizeLoss]) -> SizeVerdict:
    """Judge the sizes that are measured, in any order; the untuned model may be among them with 0 rows.

    The best of many sizes may be so by chance, and every other one is looked at: so p is adjusted for all pairs of
    sizes, and of each with the untuned model, by Holm (1979).
    """
    untuned = next((each for each in measured if not each.rows), None)
    sizes = tuple(sorted((each for each in measured if each.rows), key=lambda each: each.rows))
    if len(sizes) < FEWEST_SIZES:
        return SizeVerdict(sizes, None, {}, {}, (), None, "No verdict before two sizes are measured.")
    spread = seed_spread(sizes)
    best = min(sizes, key=lambda each: each.loss)
    to_best = {each.rows: gap(each, best, spread) for each in sizes if each is not best}
    points = [*sizes, *([untuned] if untuned is not None else [])]
    p_values = adjusted_p_values(points, spread)
    adjusted = {rows: p_values[min(rows, best.rows), max(rows, best.rows)] for rows in to_best}
    alike = tuple(rows for rows, p in adjusted.items() if p >= SIGNIFICANT)
    descent = double_descent(sizes, untuned)
    against = (gap(best, untuned, spread), p_values[0, best.rows]) if untuned is not None else None
    told = " ".join(
        sentence
        for sentence in (
            _best(sizes, best, alike),
            _untuned(against),
            _edge(sizes, best, alike),
            _descent(descent),
            "" if spread.degrees else ONE_SEED,
        )
        if sentence
    )
    return SizeVerdict(sizes, best, to_best, adjusted, alike, descent, told)


def _best(sizes: Sequence[SizeLoss], best: SizeLoss, alike: Sequence[int]) -> str:
    named = f"{best.rows:,} rows have the lowest loss ({best.loss:.4f} nats/token)"
    every = [each.rows for each in sizes]
    fewest = min([*alike, best.rows])
    if len(alike) == len(sizes) - 1:
        return (
            f"No size from {every[0]:,} to {every[-1]:,} rows differs significantly from the best: {named}. "
            f"{fewest:,} rows cost least."
        )
    if not alike:
        return f"{named}; all other sizes are significantly worse."
    between = [rows for rows in every if fewest <= rows <= max([*alike, best.rows])]
    if set(between) <= {*alike, best.rows}:
        which = f"sizes from {between[0]:,} to {between[-1]:,} rows do not differ significantly from it"
    else:
        which = f"not significantly different: {', '.join(f'{rows:,}' for rows in alike)} rows"
    thrift = f" The smallest of them has {fewest:,} rows." if fewest < best.rows else ""
    return f"{named}; {which}.{thrift}"


def _untuned(against: tuple[PairedGap, float] | None) -> str:
    """The best size against the untuned model: their difference, and its adjusted p."""
    if against is None or (against[0].mean < 0 and against[1] < SIGNIFICANT):
        return ""
    found, p = against
    if found.mean > 0 and p < SIGNIFICANT:
        return f"No size is better than the base model, whose loss is {found.mean:.4f} nats/token lower."
    return "The best size does not differ significantly from the base model."


def _edge(sizes: Sequence[SizeLoss], best: SizeLoss, alike: Sequence[int]) -> str:
    if len(alike) == len(sizes) - 1:
        return ""
    if best is sizes[-1]:
        return "It is the largest size measured: more rows may be better."
    if best is sizes[0]:
        return "It is the smallest size measured: fewer rows may be better."
    return ""


def _descent(found: DoubleDescent | None) -> str:
    if found is None:
        return ""
    return (
        f"Double descent: the loss falls to {found.trough:,} rows, rises to {found.peak:,} and falls again to "
        f"{found.second:,}, each significantly."
    )
