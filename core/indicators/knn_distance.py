"""KNN-i: how far a row stands from its i-th nearest neighbour among the rows of its dataset."""

from core.embeddings.nearest_neighbours import EXACT_ROWS
from core.indicators.base import Indicator, Scope

INDICATOR = Indicator(
    name="knn_distance",
    title="KNN distance",
    symbol="KNN_6",
    definition="Euclidean distance of the row's embedding (instruction and response) to its i-th nearest neighbour "
    "in the dataset (i = 6). High: unlike the other rows.",
    source="arXiv 2307.06290, Table 1",
    model_role="encoder",
    scope=Scope.POOL,
    order=5,
    settings=lambda profile: {
        "neighbour": profile.knn_neighbour,
        "metric": "euclidean",
        "exact_rows": EXACT_ROWS,
        "text": "prompt and response",
        "dtype": profile.encoder.dtype,
    },
)
