"""All rows of a dataset, for the indicators that compare them."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from core.models.profiles import Profile
from core.progress import Progress, Silent
from core.rows.row import Row


class RowPool:
    """The rows of a dataset and what is known of them, all in one order.

    Args:
        profile: whose models made the embeddings.
        embeddings: unit vectors, float32, shape (rows, 384); None where no indicator needs them.
        texts: reads the rows, for indicators that need their texts; None where none does.
        progress: hears how far a long computation is.
    """

    def __init__(
        self,
        profile: Profile,
        embeddings: np.ndarray | None = None,
        texts: Callable[[], Sequence[Row]] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.profile, self.progress = profile, progress or Silent()
        self._embeddings, self._texts = embeddings, texts

    def __len__(self) -> int:
        return len(self.rows) if self._embeddings is None else len(self._embeddings)

    @property
    def embeddings(self) -> np.ndarray:
        """Unit vectors, float32, shape (rows, 384).

        Raises:
            ValueError: no indicator that was wanted declares that it needs them.
        """
        if self._embeddings is None:
            raise ValueError("embeddings are not there: no wanted indicator has them among its needs")
        return self._embeddings

    @cached_property
    def rows(self) -> Sequence[Row]:
        """The rows with their texts.

        Raises:
            ValueError: no indicator that was wanted declares that it needs them.
        """
        if self._texts is None:
            raise ValueError("texts are not there: no wanted indicator has them among its needs")
        return self._texts()
