"""Designed candidate sets: few sets that lie far apart, so that a rule learned from them predicts.

Sets of uniform shares lie close together: their mean indicators hardly differ, and a fit follows the noise. Here many
candidates are drawn, each with shares of the datasets from a Dirichlet distribution (most of the rows from few of them)
and a preference for one level of one indicator, or of the difference of two, which parts indicators that rise together.
From these a subset is chosen by D-optimal exchange over the standardised set means (Fedorov 1972; with a prior, so that
more indicators than sets do no harm: DuMouchel and Jones 1994).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.experiments.sampling import refuse_small
from core.rows.candidate_set import CandidateSet, Kind
from core.selection.quotas import share_out

CONCENTRATION = 0.3  # of the Dirichlet distribution: below 1 most of a set comes from few datasets
LEVELS = 4  # of each indicator, within each dataset
PREFERENCE = 0.9  # share of a set's rows that are of the level, as far as there are so many
CANDIDATES_PER_SET, FEWEST, MOST = 20, 500, 2_000
MOST_ROWS, ENOUGH = 20_000, 5  # of each dataset sets are drawn from so many rows, or so many times a set's
PRIOR = 1.0  # how many standard sets a direction is known by before any is drawn
PASSES = 10


class _Source:
    """The rows of one dataset: their places in the pool, in order of what a candidate prefers."""

    def __init__(self, places: np.ndarray, scores: dict[str, np.ndarray]) -> None:
        """From the places of its rows in the pool and the pool's standardised indicators by name."""
        self.places, self._scores = places, scores
        self._ordered: dict[tuple[str, ...], np.ndarray] = {}

    def level(self, prefers: tuple[str, ...], level: int) -> np.ndarray:
        """The places of the rows of a level of an indicator, or of the first less the second, lowest level first."""
        if prefers not in self._ordered:
            first, *second = (self._scores[name][self.places] for name in prefers)
            values = first - second[0] if second else first
            known = np.flatnonzero(np.isfinite(values))
            self._ordered[prefers] = self.places[known[np.argsort(values[known], kind="stable")]]
        return np.array_split(self._ordered[prefers], LEVELS)[level]


@dataclass(frozen=True)
class _Wish:
    """What a candidate is to be like: weights of the datasets, and none, one or two indicators with a level."""

    number: int
    weights: dict[int, float]
    prefers: tuple[str, ...]
    level: int


def designed(pool: pd.DataFrame, sets: int, rows: int, seed: int, indicators: Sequence[str] = ()) -> list[CandidateSet]:
    """Sets of mixed datasets and levels, chosen so that their mean indicators lie far apart.

    The same pool, number and seed give the same sets.

    Args:
        pool: dataset_id, row_id and a column for each indicator: all rows that may be drawn.
        rows: of each set.
        indicators: by whose levels candidates differ and over whose means they are chosen. Without any they are chosen
            over their shares of the datasets.

    Raises:
        SelectionError: the pool has fewer rows than a set wants.
    """
    refuse_small(pool, rows)
    pool = _sampled(pool, max(MOST_ROWS, ENOUGH * rows), seed)
    names = [name for name in indicators if pool[name].notna().any() and pool[name].nunique() > 1]
    sources = _sources(pool, names)
    wishes, drawn = [], []
    for number in range(int(np.clip(CANDIDATES_PER_SET * sets, FEWEST, MOST))):
        generator = np.random.default_rng([seed, number])
        wish = _wish(generator, number, sources, names)
        wishes.append(wish)
        drawn.append(_draw(generator, wish, sources, rows))
    chosen = d_optimal(_coordinates(pool, drawn, names, list(sources)), sets)
    members = pool[["dataset_id", "row_id"]]
    return [
        CandidateSet(
            f"designed {place:02d}",
            Kind.DESIGNED,
            members.iloc[drawn[number]].reset_index(drop=True),
            _detail(wishes[number], seed),
        )
        for place, number in enumerate(chosen, start=1)
    ]


def d_optimal(points: np.ndarray, wanted: int) -> list[int]:
    """Which points carry a linear fit best: the greatest determinant of the information about all coefficients.

    Chosen one after the other, then exchanged for others as long as that helps.

    Args:
        points: coordinates, shape (points, coordinates); they are standardised here.
        wanted: how many, at most as many as there are.

    Returns: their places, in order.
    """
    spread = points.std(axis=0)
    varying = points[:, spread > 0]
    regressors = np.column_stack([np.ones(len(points)), (varying - varying.mean(axis=0)) / spread[spread > 0]])
    information = PRIOR * np.eye(regressors.shape[1])
    chosen: list[int] = []
    free = np.ones(len(points), bool)
    for _ in range(min(wanted, len(points))):
        best = _best(regressors, information, free)
        chosen.append(best)
        free[best] = False
        information += np.outer(regressors[best], regressors[best])
    for _ in range(PASSES):
        exchanged = False
        for place, old in enumerate(chosen):
            information -= np.outer(regressors[old], regressors[old])
            free[old] = True
            new = _best(regressors, information, free)
            free[new] = False
            information += np.outer(regressors[new], regressors[new])
            chosen[place], exchanged = new, exchanged or new != old
        if not exchanged:
            break
    return sorted(chosen)


def coefficient_errors(points: np.ndarray) -> np.ndarray:
    """Standard errors of the coefficients of a least-squares fit to these sets, per unit of noise, shape (indicators,).

    Infinite where the sets are too few to tell the indicators apart.

    Args:
        points: set means, shape (sets, indicators).
    """
    centred = points - points.mean(axis=0)
    if len(points) <= points.shape[1] + 1 or np.linalg.matrix_rank(centred) < points.shape[1]:
        return np.full(points.shape[1], np.inf)
    scale = centred.std(axis=0)
    inverse = np.linalg.inv((centred / scale).T @ (centred / scale))
    return np.sqrt(np.diag(inverse)) / scale


def condition_number(points: np.ndarray) -> float:
    """Of standardised set means: largest over smallest singular value. 1 where no two indicators go together; infinite
    where they can't be told apart, or don't vary.

    Args:
        points: shape (sets, indicators).
    """
    spread = points.std(axis=0)
    if len(points) <= points.shape[1] or not (spread > 0).all():
        return np.inf
    singular = np.linalg.svd((points - points.mean(axis=0)) / spread, compute_uv=False)
    return float(singular[0] / singular[-1]) if singular[-1] > 0 else np.inf


def _best(regressors: np.ndarray, information: np.ndarray, free: np.ndarray) -> int:
    """The free point that raises the determinant most: by x'A⁻¹x (matrix determinant lemma)."""
    gain = np.einsum("ij,ji->i", regressors, np.linalg.solve(information, regressors.T))
    return int(np.where(free, gain, -np.inf).argmax())


def _sampled(pool: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """At most so many rows of each dataset, at random: sorting millions by each pair of indicators takes minutes."""
    order = np.random.default_rng(seed).permutation(len(pool))
    place = pd.Series(order).groupby(pool["dataset_id"].to_numpy()[order]).cumcount()
    return pool.iloc[np.sort(order[place.to_numpy() < most])].reset_index(drop=True)


def _sources(pool: pd.DataFrame, names: Sequence[str]) -> dict[int, _Source]:
    dataset = pool["dataset_id"].to_numpy()
    scores = {name: (pool[name] / pool[name].std()).to_numpy(float) for name in names}
    return {int(number): _Source(np.flatnonzero(dataset == number), scores) for number in np.unique(dataset)}


def _wish(generator: np.random.Generator, number: int, sources: dict[int, _Source], names: Sequence[str]) -> _Wish:
    shares = generator.dirichlet(np.full(len(sources), CONCENTRATION))
    weights = {d: float(max(share, 1e-9)) for d, share in zip(sources, shares, strict=True)}
    order = generator.permutation(len(names))
    prefers = tuple(names[place] for place in order[: generator.integers(3)])
    return _Wish(number, weights, prefers, int(generator.integers(LEVELS)))


def _draw(generator: np.random.Generator, wish: _Wish, sources: dict[int, _Source], rows: int) -> np.ndarray:
    """The places of a candidate's rows, shape (rows,)."""
    counts = share_out(rows, wish.weights, {d: len(each.places) for d, each in sources.items()})
    parts = []
    for number, source in sources.items():
        wanted = counts[number]
        level = source.level(wish.prefers, wish.level) if wish.prefers else np.empty(0, int)
        own = generator.choice(level, min(round(PREFERENCE * wanted), len(level)), replace=False)
        others = generator.choice(source.places, wanted, replace=False)
        parts += [own, others[~np.isin(others, own)][: wanted - len(own)]]
    return generator.permutation(np.concatenate(parts).astype(int))


def _coordinates(
    pool: pd.DataFrame, drawn: Sequence[np.ndarray], names: Sequence[str], datasets: Sequence[int]
) -> np.ndarray:
    """Mean indicators of each candidate; shares of the datasets where no indicator has a mean for all of them."""
    values = pool[list(names)].to_numpy(float)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    with np.errstate(invalid="ignore"):
        means = np.array([filled[places].sum(axis=0) / known[places].sum(axis=0) for places in drawn])
    means = means[:, np.isfinite(means).all(axis=0)]
    if means.shape[1]:
        return means
    of = pool["dataset_id"].to_numpy()
    return np.array([[(of[places] == d).mean() for d in datasets] for places in drawn])


def _detail(wish: _Wish, seed: int) -> dict[str, object]:
    preferred = {"prefers": {"indicators": list(wish.prefers), "level": wish.level + 1, "of": LEVELS}}
    return {
        "r": {str(d): round(weight, 6) for d, weight in wish.weights.items()},
        "seed": seed,
        "number": wish.number,
        **(preferred if wish.prefers else {}),
    }
