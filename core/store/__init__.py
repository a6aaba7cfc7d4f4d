"""The store: one DuckDB file that remembers datasets, rows, scores, rules and selections. All SQL lives here."""

from core.store.comparisons import SavedComparison
from core.store.datasets import AppendCount, Dataset
from core.store.evaluation_sets import EvaluationSet
from core.store.experiments import SavedExperiment
from core.store.maps import StoredMap
from core.store.rules import SavedRule
from core.store.selections import SavedSelection
from core.store.store import Store

__all__ = [
    "AppendCount",
    "Dataset",
    "EvaluationSet",
    "SavedComparison",
    "SavedExperiment",
    "SavedRule",
    "SavedSelection",
    "Store",
    "StoredMap",
]
