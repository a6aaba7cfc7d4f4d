"""Rows most similar to a text, by the embeddings that the KNN distance is made of."""

from dataclasses import replace

import numpy as np

from core.models.text_encoder import TextEncoder
from core.progress import Progress
from core.rows.filters import Filters, KeySet
from core.store.maps import MapTables

MOST_ALIKE = 50
_TITLE_CHARACTERS = 40


def vector_of(text: str, encoder: TextEncoder, progress: Progress) -> np.ndarray:
    """The embedding of a text: unit length, shape (384,).

    Raises:
        ModelUnavailable: the encoder can't be had here.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Embedding the text (the first time the encoder is loaded: some 10 s)")
    return encoder.encode(text)


def rows_like(
    maps: MapTables, text: str, vector: np.ndarray, filters: Filters, embedding_model: str, most: int = MOST_ALIKE
) -> KeySet:
    """The rows nearest to a vector among those that the filters leave but for their likeness, nearest first.

    Args:
        text: what the vector stands for.

    Returns: none where no row has an embedding yet.
    """
    short = " ".join(text.split())
    title = f"“{short[:_TITLE_CHARACTERS]}{'…' if len(short) > _TITLE_CHARACTERS else ''}”"
    return maps.most_alike(title, vector, replace(filters, likeness=None), most, embedding_model)
