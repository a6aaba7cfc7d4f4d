"""Which of ranked rows are taken: within the quotas of their datasets, and unlike those taken before."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.embeddings.diversity import Embed, k_center, nearest_chosen
from core.progress import Progress
from core.selection.quotas import share_out
from core.selection.selection import DropReason
from core.selection.spec import Diversity, Quotas, SelectionSpec


@dataclass(frozen=True, eq=False)
class Ranked:
    """Rows of which some are to be taken.

    Attributes:
        rows: dataset_id and row_id, best first, each row once.
        wanted: how many are to be taken.
        given: how many of the first ones are in anyway.
    """

    rows: pd.DataFrame
    spec: SelectionSpec
    wanted: int
    given: int

    @cached_property
    def datasets(self) -> np.ndarray:
        """The dataset of each row."""
        return self.rows["dataset_id"].to_numpy()

    @cached_property
    def caps(self) -> dict[int, int]:
        """The most rows that each dataset may give."""
        return caps_of(self.datasets, self.spec, self.wanted, self.given)


def caps_of(datasets: np.ndarray, spec: SelectionSpec, wanted: int, given: int = 0) -> dict[int, int]:
    """The most rows that each dataset may give; no fewer than the `given` first ones that are in anyway."""
    quotas = _quotas(datasets, spec, wanted)
    return {dataset: max(cap, int((datasets[:given] == dataset).sum())) for dataset, cap in quotas.items()}


def _quotas(datasets: np.ndarray, spec: SelectionSpec, wanted: int) -> dict[int, int]:
    numbers, counts = np.unique(datasets, return_counts=True)
    available = {int(d): int(n) for d, n in zip(numbers, counts, strict=True)}
    if spec.quotas is Quotas.NONE:
        return available
    if spec.quotas is Quotas.CUSTOM:
        asked = dict(spec.custom_quotas)
        return {dataset: min(n, asked.get(dataset, 0)) for dataset, n in available.items()}
    weights = {d: 1.0 if spec.quotas is Quotas.EQUAL else float(n) for d, n in available.items()}
    return share_out(wanted, weights, available)


def drop_reasons(ranked: Ranked, embed: Embed, progress: Progress) -> np.ndarray:
    """For each ranked row the reason why it is dropped, "" for those kept, as the first `given` ones are."""
    spec, datasets = ranked.spec, ranked.datasets
    if spec.spread[0] is Diversity.K_CENTER:
        return _spread(ranked, embed, progress)
    reasons = np.full(len(datasets), str(DropReason.LOWER_RANK), dtype=object)
    if not spec.needs_embeddings:
        taken, full = in_turn(datasets, ranked.wanted, ranked.caps)
        reasons[full] = str(DropReason.QUOTA)
        reasons[taken] = ""
        return reasons
    left = dict(ranked.caps)

    def accept(place: int, similarity: float) -> bool:
        reasons[place] = "" if place < ranked.given else _refusal(left[datasets[place]], similarity, spec)
        if reasons[place]:
            return False
        left[datasets[place]] -= 1
        return True

    most = min(ranked.wanted, sum(ranked.caps.values()))
    nearest_chosen(embed, ranked.rows["row_id"].to_numpy(), accept, most, progress)
    return reasons


def in_turn(datasets: np.ndarray, wanted: int, caps: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Take rows as they come until `wanted` are taken, of no dataset more than its cap.

    Returns: which are taken, and which were passed over because their dataset had given all it may.
    """
    place_in_dataset = pd.Series(datasets).groupby(datasets).cumcount().to_numpy()
    allowed = place_in_dataset < pd.Series(datasets).map(caps).to_numpy()
    count = np.cumsum(allowed)
    return allowed & (count <= wanted), ~allowed & (count < wanted)


def _refusal(left: int, similarity: float, spec: SelectionSpec) -> str:
    if left <= 0:
        return str(DropReason.QUOTA)
    if spec.near_duplicate_similarity is not None and similarity > spec.near_duplicate_similarity:
        return str(DropReason.NEAR_DUPLICATE)
    if spec.spread[0] is Diversity.MIN_DISTANCE and 1.0 - similarity < spec.min_cosine_distance:
        return str(DropReason.TOO_SIMILAR)
    return ""


def _spread(ranked: Ranked, embed: Embed, progress: Progress) -> np.ndarray:
    """k-center over the best rows: of all datasets together, or of each by itself where there are quotas.

    Then the wanted number is shared out over the datasets by their caps, after the rows that are in anyway.
    """
    spec, datasets, caps, given = ranked.spec, ranked.datasets, ranked.caps, ranked.given
    reasons = np.full(len(datasets), str(DropReason.LOWER_RANK), dtype=object)
    if spec.quotas is Quotas.NONE:
        groups = [(np.arange(len(datasets)), ranked.wanted)]
    else:
        sure = {dataset: int((datasets[:given] == dataset).sum()) for dataset in caps}
        room = {dataset: cap - sure[dataset] for dataset, cap in caps.items()}
        shares = share_out(ranked.wanted - given, room, room)
        groups = [(np.flatnonzero(datasets == dataset), sure[dataset] + shares[dataset]) for dataset in caps]
    for places, k in groups:
        if not k:
            reasons[places] = str(DropReason.QUOTA)
            continue
        pool = places[: max(k, round(k * spec.spread[1]))]
        reasons[pool] = str(DropReason.NOT_A_CENTER)
        vectors = embed(ranked.rows["row_id"].to_numpy()[pool])
        own = int((pool < given).sum())
        pool, vectors = _without_near_duplicates(pool, vectors, spec, reasons, progress, own)
        reasons[pool[k_center(vectors, k, progress, max(1, own))]] = ""
    return reasons


def _without_near_duplicates(
    pool: np.ndarray, vectors: np.ndarray, spec: SelectionSpec, reasons: np.ndarray, progress: Progress, given: int
) -> tuple[np.ndarray, np.ndarray]:
    if spec.near_duplicate_similarity is None:
        return pool, vectors
    limit = spec.near_duplicate_similarity
    own: list[int] = []

    def accept(place: int, similarity: float) -> bool:
        if place >= given and similarity > limit:
            reasons[pool[place]] = str(DropReason.NEAR_DUPLICATE)
            return False
        own.append(place)
        return True

    nearest_chosen(lambda places: vectors[places], np.arange(len(pool)), accept, len(pool) + 1, progress)
    return pool[own], vectors[own]
