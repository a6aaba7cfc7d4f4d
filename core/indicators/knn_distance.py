"""KNN-i: how far a row stands from its i-th nearest neighbour among the rows of its dataset."""

import numpy as np

from core.embeddings.nearest_neighbours import EXACT_ROWS, knn_distances
from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.indicators.row_pool import RowPool


def compute(pool: RowPool) -> np.ndarray:
    return knn_distances(pool.embeddings, pool.profile.knn_neighbour, pool.progress)


INDICATOR = Indicator(
    name="knn_distance",
    title="KNN distance",
    symbol="KNN_6",
    definition="Euclidean distance of the row's embedding (instruction and response) to its i-th nearest neighbour "
    "in the dataset (i = 6). High: unlike the other rows.",
    source="arXiv 2307.06290, Table 1",
    model_role="encoder",
    order=5,
    needs=lambda profile: Needs(embeddings=True),
    settings=lambda profile: {
        "neighbour": profile.knn_neighbour,
        "metric": "euclidean",
        "exact_rows": EXACT_ROWS,
        "text": "prompt and response",
        "dtype": profile.encoder.dtype,
    },
    compute_pool=compute,
)
