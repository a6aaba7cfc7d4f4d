"""Tables of candidate sets made up by a seed, on scales as different as the indicators'."""

import numpy as np
import pandas as pd

SCALES = np.array([1.0, 300.0, 0.02, 5.0, 40.0, 0.3])
NAMES = ("reward", "output_length", "knn_distance", "perplexity", "mtld", "naturalness")


def made_up(seed: int, sets: int = 30, indicators: int = 4, noise: float = 0.3, shared: float = 0.5) -> pd.DataFrame:
    """Sets whose first two indicators matter; all share one part, so that they are correlated."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(sets, indicators)) + shared * random.normal(size=(sets, 1))
    loss = 0.8 + 0.3 * values[:, 0] - 0.2 * values[:, 1] + noise * random.normal(size=sets)
    frame = pd.DataFrame(values * SCALES[:indicators] + 10 * SCALES[:indicators], columns=list(NAMES[:indicators]))
    return frame.assign(log_loss=loss)
