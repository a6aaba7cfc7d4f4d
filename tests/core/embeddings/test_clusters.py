"""Clusters of a map: dense heaps are found, the largest first; rows out of a sample are in their nearest's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from core.embeddings import clusters
from core.embeddings.clusters import find_clusters
from core.progress import Cancelled, Silent

SIZES = (60, 75, 65, 80, 70, 55)
MIDDLES = np.array([(0.0, 0.0), (6.0, 0.0), (0.0, 6.0), (6.0, 6.0), (13.0, 2.0), (3.0, 13.0)])


def heaps(times: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Six heaps of points, and which each belongs to."""
    heap = np.repeat(np.arange(6), np.array(SIZES) * times)
    return MIDDLES[heap] + np.random.default_rng(0).normal(0, 0.3, (len(heap), 2)), heap


def test_heaps_are_clusters_with_the_largest_first_and_what_lies_apart_is_in_none() -> None:
    points, heap = heaps()
    found = find_clusters(np.concatenate([points, [(20.0, 20.0)]]), Silent())
    assert adjusted_rand_score(heap, found.numbers[:-1]) > 0.9
    assert (found.count, found.sampled, found.numbers[-1]) == (6, 406, 0)
    sizes = np.bincount(found.numbers[:-1])[1:]
    assert (np.diff(sizes) <= 0).all()
    assert np.array_equal(found.numbers, find_clusters(np.concatenate([points, [(20.0, 20.0)]]), Silent()).numbers)


def test_rows_that_are_not_in_the_sample_are_in_the_cluster_of_their_nearest() -> None:
    points, heap = heaps(3)
    found = find_clusters(points, Silent(), most_sampled=400)
    assert found.sampled == 400 and adjusted_rand_score(heap, found.numbers) > 0.9


def test_one_heap_far_apart_does_not_make_all_others_one_cluster() -> None:
    points, heap = heaps(4)
    closer = points - 0.8 * MIDDLES[heap]
    far = np.random.default_rng(1).normal(90.0, 0.3, (400, 2))
    assert find_clusters(np.concatenate([closer, far]), Silent()).count == 7


def test_few_rows_and_rows_at_one_place_have_no_clusters() -> None:
    assert find_clusters(heaps()[0][:49], Silent()).count == 0
    assert find_clusters(np.zeros((200, 2)), Silent()).numbers.shape == (200,)
    assert find_clusters(np.empty((0, 2)), Silent()).count == 0


@given(st.lists(st.integers(-1, 6), max_size=60).map(np.array))
def test_numbers_go_by_size_and_keep_together_what_was_together(labels: np.ndarray) -> None:
    labels = np.unique(labels, return_inverse=True)[1] - (labels == -1).any() if len(labels) else labels.astype(int)
    numbers = clusters._largest_first(labels)
    assert np.array_equal(numbers == 0, labels == -1)
    assert len(set(zip(labels.tolist(), numbers.tolist(), strict=True))) == len(set(labels.tolist()))
    sizes = np.bincount(numbers[numbers > 0])[1:]
    assert (np.diff(sizes) <= 0).all() and (sizes > 0).all()


def test_a_cancelled_search_stops() -> None:
    class Stop:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_clusters(heaps()[0], Stop())
