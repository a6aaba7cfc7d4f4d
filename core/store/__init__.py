"""The store: one DuckDB file that remembers datasets, rows, scores, rules and selections. All SQL lives here."""

from core.store.browse import BrowseTables
from core.store.datasets import Appended, Dataset
from core.store.scores import ScoreTables
from core.store.selections import SavedRule, SavedSelection, SelectionTables

__all__ = ["Appended", "Dataset", "SavedRule", "SavedSelection", "Store"]


class Store(BrowseTables, ScoreTables, SelectionTables):
    """Everything that the studio remembers. One process owns the file; its threads share this object."""
