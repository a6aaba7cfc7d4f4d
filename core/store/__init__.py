"""The store: one DuckDB file that remembers datasets, rows, scores, rules and selections. All SQL lives here."""

from core.store.browse import BrowseTables
from core.store.comparisons import ComparisonTables, SavedComparison
from core.store.datasets import Appended, Dataset
from core.store.evaluation_sets import EvaluationSet, EvaluationTables
from core.store.experiments import UNTUNED, ExperimentTables, SavedExperiment
from core.store.maps import MapTables, StoredMap
from core.store.marks import MarkTables
from core.store.reset import StartingOver
from core.store.scores import ScoreTables
from core.store.selections import SavedRule, SavedSelection, SelectionTables
from core.store.verdicts import VerdictTables

__all__ = [
    "UNTUNED",
    "Appended",
    "Dataset",
    "EvaluationSet",
    "SavedComparison",
    "SavedExperiment",
    "SavedRule",
    "SavedSelection",
    "Store",
    "StoredMap",
]


class Store(
    BrowseTables,
    MarkTables,
    MapTables,
    ScoreTables,
    SelectionTables,
    EvaluationTables,
    ExperimentTables,
    ComparisonTables,
    VerdictTables,
    StartingOver,
):
    """Everything that the studio remembers. One process owns the file; its threads share this object."""
