"""Maps: UMAP by exact neighbours has the graph that UMAP itself finds, and every row lies among those like it."""

import re

import numpy as np
import pytest
from numba import njit
from sklearn.manifold import trustworthiness
from umap import UMAP

from core.embeddings import projection
from core.embeddings.compilation import NEVER_KEPT, told_while_compiling
from core.embeddings.projection import NEIGHBOURS, project
from core.progress import Cancelled, Silent

CENTRES, WIDTH = 12, 384


def clustered(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around centres, as embeddings of like texts are, and the centre of each."""
    generator = np.random.default_rng(seed)
    centre = generator.integers(0, CENTRES, rows)
    centres = np.random.default_rng(9).normal(size=(CENTRES, WIDTH))
    vectors = centres[centre] + 0.8 * generator.normal(size=(rows, WIDTH))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), centre


def test_the_neighbours_are_those_that_umap_itself_finds_among_few_rows() -> None:
    vectors = clustered(600)[0]
    own = UMAP(n_neighbors=NEIGHBOURS, metric="cosine", init="pca", random_state=0, n_jobs=1, n_epochs=1).fit(vectors)
    ours = projection._reducer(vectors, 0, Silent())
    ours.n_epochs = 1
    ours.fit(vectors)
    assert abs(ours.graph_ - own.graph_).max() < 1e-3


def test_the_same_vectors_get_the_same_places() -> None:
    vectors = clustered(400)[0]
    first, second = (project(vectors, Silent(), most_fitted=300).points for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, project(vectors, Silent(), seed=1, most_fitted=300).points)


def test_rows_that_came_after_the_plane_was_found_lie_among_those_like_them() -> None:
    vectors, centre = clustered(900)
    made = project(vectors, Silent(), most_fitted=300)
    assert made.fitted == 300 and np.isfinite(made.points).all()
    middles = np.array([made.points[centre == each].mean(axis=0) for each in range(CENTRES)])
    nearest = np.linalg.norm(made.points[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearest == centre).mean() > 0.97
    assert trustworthiness(vectors, made.points, n_neighbors=NEIGHBOURS, metric="cosine") > 0.8


def test_a_row_at_the_place_of_a_fitted_one_gets_its_place() -> None:
    vectors = clustered(300)[0]
    doubled = np.concatenate([vectors, vectors])
    points = project(doubled, Silent(), most_fitted=300).points
    apart = np.linalg.norm(points[:300] - points[300:], axis=1)
    assert np.median(apart) < 0.5


def test_few_rows_are_laid_out_by_their_main_directions() -> None:
    made = project(clustered(20)[0], Silent())
    assert (made.method, made.fitted, made.points.shape) == ("PCA", 20, (20, 2))
    assert project(clustered(1)[0], Silent()).points.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("at", ["Finding nearest neighbours", "Computing the map", "Projecting the other rows"])
def test_a_cancelled_map_stops(at: str) -> None:
    class Stop:
        def update(self, done: int, total: int, message: str = "") -> None:
            if message.startswith(at):
                raise Cancelled

    with pytest.raises(Cancelled):
        project(clustered(200)[0], Stop(), most_fitted=150)


def test_what_is_compiled_is_told_with_the_time_left_but_not_the_few_functions_that_are_never_kept() -> None:
    told: list[str] = []

    class Hear:
        def update(self, done: int, total: int, message: str = "") -> None:
            told.append(message)

    with told_while_compiling(Hear()):
        for _ in range(NEVER_KEPT + 2):
            njit(lambda n: n + 1)(1)
    njit(lambda n: n + 1)(1)
    assert len(told) == 2
    assert all(
        re.fullmatch(r"Compiling the code of maps, only this first time(: about .* left)?", each) for each in told
    )
