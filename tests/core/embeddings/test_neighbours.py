"""KNN distances equal scikit-learn's exact search."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.embeddings.nearest_neighbours import BLOCK, knn_distances
from core.progress import Cancelled, Silent


def unit(rows: int, seed: int = 0, width: int = 384) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("neighbour", [1, 6])
def test_equal_to_an_exact_search_over_several_blocks(neighbour: int) -> None:
    vectors = unit(BLOCK + 300, width=16)
    search = NearestNeighbors(n_neighbors=neighbour + 1, algorithm="brute").fit(vectors.astype(np.float64))
    wanted = search.kneighbors(vectors.astype(np.float64))[0][:, neighbour]
    np.testing.assert_allclose(knn_distances(vectors, neighbour, Silent()), wanted, rtol=1e-5)


def test_rows_at_the_same_place_are_neighbours_of_each_other() -> None:
    vectors = np.repeat(unit(3), 4, axis=0)
    assert knn_distances(vectors, 3, Silent()).max() == 0.0
    assert knn_distances(vectors, 4, Silent()).min() > 0.5


def test_close_neighbours_keep_their_digits() -> None:
    one = np.array([1.0, 0.0])
    angles = np.array([0.0, 1e-4])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    assert knn_distances(vectors, 1, Silent()) == pytest.approx(
        np.linalg.norm(one - [np.cos(1e-4), np.sin(1e-4)]), rel=1e-3
    )


def test_beyond_the_exact_rows_nearly_all_neighbours_are_found_and_none_too_near() -> None:
    centres = unit(40, seed=1)
    vectors = centres[np.random.default_rng(2).integers(0, 40, 3000)] + unit(3000, seed=3) * 0.7
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[1] = vectors[0]
    exact = knn_distances(vectors, 6, Silent())
    found = knn_distances(vectors, 6, Silent(), exact_rows=1000)
    assert np.isclose(found, exact, rtol=1e-6).mean() > 0.95
    assert (found >= exact - 1e-6).all() and (found / exact).max() < 1.1
    assert knn_distances(vectors, 1, Silent(), exact_rows=1000)[:2].tolist() == [0.0, 0.0]


def test_too_few_rows_have_no_distance() -> None:
    assert np.isnan(knn_distances(unit(6), 6, Silent())).all()
    assert np.isfinite(knn_distances(unit(7), 6, Silent())).all()
    assert knn_distances(np.empty((0, 384), np.float32), 6, Silent()).shape == (0,)


def test_a_cancelled_search_stops() -> None:
    class Stop:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        knn_distances(unit(10), 2, Stop())
