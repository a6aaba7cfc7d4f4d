"""Rows that say nearly the same as an earlier one, by the words that they share (Broder 1997, MinHash)."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np

from core.progress import Progress
from core.rows.row import Row
from core.rows.words import terms

THRESHOLD = 0.8
WORDS_TOGETHER = 3
HASHES = 128
BLOCK_ROWS = 256
# A pair that the index misses is lost, one that it offers in vain only costs a comparison: so it is set to offer more.
INDEX_MARGIN, LEAST_INDEXED = 0.2, 0.05
FALSE_POSITIVE_WEIGHT, FALSE_NEGATIVE_WEIGHT = 0.1, 0.9
# Sketches say how alike two rows are within 0.035 (one standard deviation at 0.8): further below, none is compared.
SKETCH_MARGIN = 0.15


@dataclass(frozen=True)
class Member:
    """A row as it stands in a dataset."""

    dataset_id: int
    row_id: int


@dataclass(frozen=True)
class NearDuplicate:
    """A row and the earlier one that it repeats; `similarity` is the Jaccard index of their word triples."""

    row: Member
    earlier: Member
    similarity: float


@dataclass(frozen=True)
class NearDuplicates:
    """What was found among `rows` different rows; without the rows in `found`, no two are alike above the threshold.

    Attributes:
        repeated: how many times a row stands in a further dataset, word for word; those are looked at once.
    """

    found: tuple[NearDuplicate, ...]
    rows: int
    repeated: int
    threshold: float

    @property
    def ratio(self) -> float:
        return len(self.found) / max(1, self.rows)

    @property
    def title(self) -> str:
        """What the rows are, for the user."""
        return f"Near-duplicates ≥ {self.threshold:.2f}"

    @property
    def row_ids(self) -> tuple[int, ...]:
        """The rows that could be left out."""
        return tuple(each.row.row_id for each in self.found)

    @property
    def by_datasets(self) -> dict[tuple[int, int], int]:
        """How many rows of the second dataset repeat one of the first."""
        return dict(Counter((each.earlier.dataset_id, each.row.dataset_id) for each in self.found))


class _Kept(NamedTuple):
    """A row that repeats no earlier one: its word triples, and its MinHash sketch of 32-bit numbers."""

    member: Member
    triples: np.ndarray
    sketch: np.ndarray


def find_near_duplicates(
    members: Iterable[tuple[Member, Row]], total: int, threshold: float, progress: Progress
) -> NearDuplicates:
    """Go through rows in their order; each is compared with the earlier ones that were not near-duplicates themselves.

    Candidates come from a MinHash index, and each is then compared exactly: no pair is reported that is not alike, and
    one in a hundred of those just above the threshold may be missed.

    Args:
        members: the rows; one that comes again under the same number is counted as repeated.
        total: how many will come, for the progress.
        threshold: Jaccard index from which two rows are near-duplicates.

    Raises:
        Cancelled: `progress` said so.
    """
    from datasketch import MinHash, MinHashLSH

    weights = (FALSE_POSITIVE_WEIGHT, FALSE_NEGATIVE_WEIGHT)
    index = MinHashLSH(threshold=max(LEAST_INDEXED, threshold - INDEX_MARGIN), num_perm=HASHES, weights=weights)
    kept: list[_Kept] = []
    found: list[NearDuplicate] = []
    seen: set[int] = set()
    done, coming = 0, iter(members)
    while block := list(islice(coming, BLOCK_ROWS)):
        done += len(block)
        new = list(_new(block, seen))
        triples = [word_triples(row) for _, row in new]
        sketches = MinHash.bulk([each.tolist() for each in triples], num_perm=HASHES, hashfunc=int)
        for (member, _), own, sketch in zip(new, triples, sketches, strict=True):
            candidates = [kept[place] for place in sorted(index.query(sketch))]
            earlier = _nearest(own, _likely(sketch.hashvalues, candidates, threshold - SKETCH_MARGIN))
            if earlier is not None and earlier[1] >= threshold:
                found.append(NearDuplicate(member, *earlier))
                continue
            index.insert(len(kept), sketch, check_duplication=False)
            kept.append(_Kept(member, own, sketch.hashvalues.astype(np.uint32)))
        progress.update(done, total, f"Finding near-duplicates: {len(found):,} so far")
    return NearDuplicates(tuple(found), len(seen), done - len(seen), threshold)


def _new(block: Sequence[tuple[Member, Row]], seen: set[int]) -> Iterator[tuple[Member, Row]]:
    for member, row in block:
        if member.row_id not in seen:
            seen.add(member.row_id)
            yield member, row


def word_triples(row: Row) -> np.ndarray:
    """The different runs of three words in question and answer, as sorted 32-bit hashes; shorter texts are one run."""
    words = terms(f"{row.prompt}\n{row.output}") or [row.output]
    runs = {" ".join(words[i : i + WORDS_TOGETHER]) for i in range(max(1, len(words) - WORDS_TOGETHER + 1))}
    return np.unique(np.fromiter((zlib.crc32(run.encode()) for run in runs), np.uint32, len(runs)))


def _likely(sketch: np.ndarray, others: Sequence[_Kept], least: float) -> list[_Kept]:
    """Those whose sketches share at least this part with the row's."""
    if not others:
        return []
    shared = (np.stack([each.sketch for each in others]) == sketch).mean(axis=1)
    return [others[place] for place in np.flatnonzero(shared >= least).tolist()]


def _nearest(own: np.ndarray, others: Sequence[_Kept]) -> tuple[Member, float] | None:
    """The most alike of the others, the earliest of them where several are; None where there are none."""
    best: tuple[Member, float] | None = None
    for each in others:
        shared = len(np.intersect1d(own, each.triples, assume_unique=True))
        similarity = shared / (len(own) + len(each.triples) - shared)
        if best is None or similarity > best[1]:
            best = (each.member, similarity)
    return best
