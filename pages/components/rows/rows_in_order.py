"""All rows under filters, in an order, of which as many are looked up as are gone through."""

from collections.abc import Sequence
from typing import overload

from core.rows.filters import Filters
from pages.components.workspace import studio

CHUNK = 100
Place = tuple[int, int]  # numbers of a dataset and of a row in it


class RowsInOrder(Sequence[Place]):
    """The places of rows. They stay the same while one goes through them, whatever is marked meanwhile."""

    def __init__(
        self, filters: Filters, order_by: str, descending: bool, count: int, known: Sequence[Place] = (), first: int = 0
    ) -> None:
        """Args:
        count: how many rows there are.
        known: those from place `first` on that are looked up already, which begin a chunk and fill it.
        """
        self._asked = (filters, order_by, descending)
        self._count = count
        self._chunk = count if filters.by_hand else CHUNK
        self._found: dict[int, list[Place]] = {}
        if self._chunk == CHUNK and known and first % CHUNK == 0:
            self._found[first // CHUNK] = list(known)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Place: ...
    @overload
    def __getitem__(self, at: slice) -> list[Place]: ...
    def __getitem__(self, at: int | slice) -> Place | list[Place]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(self._count))]
        number, place = divmod(at, self._chunk)
        if number not in self._found:
            self._found[number] = studio().rows.places(*self._asked, self._chunk, number * self._chunk)
        return self._found[number][place]
