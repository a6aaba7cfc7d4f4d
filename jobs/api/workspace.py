"""The data folder as a whole: the demo data in it, the steps that are done, and starting over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import JobError
from core.indicators import untargeted
from core.store.backups import Backups, Occasion
from core.workspace.deletion import kept_by_starting_over, removed_by_starting_over
from core.workspace.demo import load_demo, load_demo_once
from core.workspace.guided_path import EXPORTED, Made, guided_path
from jobs.api.scores import ScoreSection
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.workspace.guided_path import PathStep


class WorkspaceSection(Section):
    """What concerns the data folder as a whole."""

    name = "workspace"

    def __init__(self, session: Session, scores: ScoreSection) -> None:
        super().__init__(session)
        self._scores = scores

    def load_demo(self) -> None:
        """Load the demo data again, with their scores."""
        load_demo(self._store)
        self._session.refresh()

    def scored(self) -> tuple[int, int]:
        """How many rows have at least one score of the profile, and how many indicators that need no target some row
        lacks.
        """
        datasets = self._store.datasets.all()
        counts = [self._scores.counts(each.dataset_id) for each in datasets]
        lacking = {
            name
            for each, scored in zip(datasets, counts, strict=True)
            for name in untargeted()
            if scored[name] < each.rows
        }
        return sum(max(scored.values(), default=0) for scored in counts), len(lacking)

    def steps(self, scored: tuple[int, int] | None = None) -> "Sequence[PathStep]":
        """The five steps from data to an export, each with how far it is.

        Args:
            scored: as `scored` told them, where the scores in view have not changed since.
        """
        rows, lacking = scored or self.scored()
        return guided_path(Made.of(self._store, rows, lacking, self._store.settings.get(EXPORTED, 0)))

    def removed_by_starting_over(self) -> str:
        """What `start_over` would delete, in words."""
        return removed_by_starting_over(self._store)

    def kept_by_starting_over(self) -> str:
        """What `start_over` would leave, in words."""
        return kept_by_starting_over(self._session.paths.exports, self._session.paths.jobs)

    def start_over(self, backup: bool = True) -> None:
        """Leave the folder as on its first day; exported files, finished jobs and computed scores stay.

        Args:
            backup: whether a backup is made before, by which this can be undone.

        Raises:
            JobError: something waits or is computed.
            StorageFull: there is no space for the backup; nothing is changed then.
        """
        if self._session.client.active():
            raise JobError("A job is still running.", mend="Wait until it is done, or cancel it, then start over.")
        if backup:
            Backups(self._store.path).make(self._store.connection, Occasion.START_OVER)
        self._store.reset()
        load_demo_once(self._store)
        self._session.refresh()
