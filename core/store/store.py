"""The store as one object: a part for each topic, all over one connection."""

from pathlib import Path
from typing import Self

from core.store.browse import Browse
from core.store.checks import CheckTables
from core.store.comparisons import ComparisonTables
from core.store.connection import Connection
from core.store.datasets import DatasetTables
from core.store.evaluation_sets import EvaluationTables
from core.store.experiments import ExperimentTables
from core.store.filter_query import FilterQuery
from core.store.maps import MapTables
from core.store.marks import MarkTables
from core.store.parts import PartTables
from core.store.plot_counts import PlotCounts
from core.store.reset import forget_work
from core.store.rows import RowTables
from core.store.rules import RuleTables
from core.store.score_matrix import ScoreMatrix
from core.store.scores import ScoreTables
from core.store.selections import SelectionTables
from core.store.settings import SettingTables
from core.store.verdicts import VerdictTables


class Store:
    """Everything that the studio remembers. One process owns the file; its threads share this object.

    A caller that needs one topic is handed that part, such as `store.scores`, not all of it.
    """

    def __init__(self, connection: Connection) -> None:
        """From an open connection; `open` makes it."""
        self.connection = connection
        self.datasets = DatasetTables(connection)
        self.rows = RowTables(connection)
        self.scores = ScoreTables(connection)
        self.matrix = ScoreMatrix(connection)
        query = FilterQuery(connection, self.matrix)
        self.browse = Browse(connection, self.matrix, query)
        self.plots = PlotCounts(connection, self.matrix, query)
        self.marks = MarkTables(connection, query)
        self.maps = MapTables(connection, query)
        self.checks = CheckTables(connection)
        self.rules = RuleTables(connection)
        self.selections = SelectionTables(connection)
        self.evaluation_sets = EvaluationTables(connection)
        self.experiments = ExperimentTables(connection)
        self.comparisons = ComparisonTables(connection)
        self.verdicts = VerdictTables(connection)
        self.settings = SettingTables(connection)
        self.parts = PartTables(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database at `path`, made if it is not there, and bring its tables up to date.

        Raises:
            StoreBusy: another process holds it.
            StoreError: it is damaged, newer than this program, or not writable.
            StorageFull: there is no space left.
        """
        store = cls(Connection.open(path))
        try:
            store.datasets.remove_unfinished()
        except BaseException:
            store.close()
            raise
        return store

    @property
    def path(self) -> Path:
        return self.connection.path

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def restore(self, backup: Path, aside: Path | None = None) -> None:
        """Go on with what a backup holds, as `Connection.restore`."""
        self.connection.restore(backup, aside)
        self.matrix.revision += 1

    def reset(self) -> None:
        """Empty everything that the user loaded, made or chose, but not what was computed or paid for."""
        forget_work(self.connection)
