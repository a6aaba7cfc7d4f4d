"""The map of the rows."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import pandas as pd

from core.rows.filters import Filters
from core.store import Dataset, StoredMap
from core.store.maps import Window
from jobs.api.lookup import Which, datasets_of, selection_of
from jobs.api.results import MapResult
from jobs.api.section import Section
from jobs.api.unasked_maps import SETTING
from jobs.api.waiting import wait_for_job
from jobs.maps.kind import KIND
from jobs.queue.job import DONE, Job

if TYPE_CHECKING:
    from core.progress import Progress


class MapSection(Section):
    """Rows are laid out in the plane by their embeddings: similar rows are close together."""

    name = "maps"

    def make(
        self, *datasets: Which, wait: bool = True, again: bool = False, progress: "Progress | None" = None
    ) -> MapResult:
        """Make the map of these datasets (of all without any) where there is none that has all their rows.

        Args:
            wait: return with the map, made by a worker of one's own where none runs; else when it is queued.
            again: make it also where there is one.

        Raises:
            InputError: there is no such dataset.
            JobError: no row has an embedding yet, or the job has failed.
        """
        chosen, told = datasets_of(self._store.datasets, datasets), progress or self._session.progress
        self._session.refresh()
        found = self._just_of(chosen)
        if found is not None and not found.missing and not again:
            return self._mapped(chosen, found)
        job = self._queued(chosen, told, self._session.queue(told))
        if not wait:
            return MapResult(tuple(each.name for each in chosen), self._session.client.job(job).status)
        with self._session.worker(told) as own:
            wait_for_job(self._session.client, job, told, own)
        self._session.refresh()
        made = self._just_of(chosen)
        assert made is not None, "the job is done and taken in"
        return self._mapped(chosen, made)

    def enqueue(self, *datasets: Which, progress: "Progress | None" = None) -> str:
        """Queue the map of these datasets (of all without any); the id of the job, also of one under way already.

        Raises:
            InputError: there is no such dataset.
            JobError: no row has an embedding yet, or no worker has ever run here.
            StorageFull: there is no space left.
        """
        chosen = datasets_of(self._store.datasets, datasets)
        return self._queued(chosen, progress or self._session.progress, nullcontext())

    @property
    def automatic(self) -> bool:
        """Whether the app has the map of all rows computed after scoring, where there are at most 50,000."""
        return self._session.unasked_maps.automatic

    def choose_automatic(self, automatic: bool) -> None:
        """Let the app do so, or not.

        Raises:
            StoreError: it can't be kept.
        """
        self._store.settings.set(SETTING, automatic)

    def follow_scoring(self) -> None:
        """Have this process, from now on, queue the map after scoring; beside the app a worker runs."""
        self._session.unasked_maps.follows = True

    def jobs(self) -> list[Job]:
        """The jobs that make maps, newest first."""
        from jobs.maps.under_way import map_jobs

        return map_jobs(self._session.client)

    def best(self, *datasets: Which) -> StoredMap | None:
        """The map that shows most of these datasets (of all without any); None where there is none.

        Raises:
            InputError: there is no such dataset.
        """
        numbers = [each.dataset_id for each in datasets_of(self._store.datasets, datasets)]
        return self._store.maps.best(numbers, self._session.embedding_model)

    def embedded_rows(self, *datasets: Which) -> int:
        """How many rows of these datasets (of all without any) have an embedding.

        Raises:
            InputError: there is no such dataset.
        """
        numbers = [each.dataset_id for each in datasets_of(self._store.datasets, datasets)]
        return self._store.maps.embedded_rows(numbers, self._session.embedding_model)

    def points(
        self, map_id: str, filters: Filters, columns: Sequence[str], most: int, within: Window | None = None
    ) -> pd.DataFrame:
        """A sample of the rows on a map or a part of it, as `core.store.maps.MapTables.sample`."""
        return self._store.maps.sample(map_id, filters, columns, most, within=within)

    def density(self, map_id: str, filters: Filters, steps: int, within: Window | None = None) -> pd.DataFrame:
        """As `core.store.maps.MapTables.density`: how many rows lie in each field of a map."""
        return self._store.maps.density(map_id, filters, steps, within)

    def clusters(
        self, map_id: str, filters: Filters, columns: Sequence[str], selection: Which | None = None
    ) -> pd.DataFrame:
        """As `core.store.maps.MapTables.clusters`: a line a cluster of a map, with the means of these scores.

        Args:
            selection: a saved one, whose rows are counted in each cluster.

        Raises:
            StoreError: there is no such selection.
        """
        number = None if selection is None else selection_of(self._store.selections, selection).selection_id
        return self._store.maps.clusters(map_id, filters, columns, number)

    def _queued(self, datasets: Sequence[Dataset], progress: "Progress", queue: AbstractContextManager[None]) -> str:
        """The job that makes the map of these datasets, queued while `queue` is open where none is under way."""
        from jobs.maps.job import new_map_folder
        from jobs.maps.under_way import map_under_way

        client, model, numbers = self._session.client, self._session.embedding_model, [d.dataset_id for d in datasets]
        with client.queueing:
            under_way = map_under_way(client, numbers, model)
            if under_way is not None:
                return under_way
            progress.update(0, 0, "Collecting the embeddings")
            folder = new_map_folder(self._store.maps, client.folder, numbers, model)
            with queue:
                client.enqueue(folder, KIND)
        return folder.job_id

    def _just_of(self, datasets: Sequence[Dataset]) -> StoredMap | None:
        """The map of just these datasets."""
        numbers = [each.dataset_id for each in datasets]
        found = self._store.maps.best(numbers, self._session.embedding_model)
        return found if found is not None and set(found.dataset_ids) == set(numbers) else None

    def _mapped(self, datasets: Sequence[Dataset], found: StoredMap) -> MapResult:
        names = {each.dataset_id: each.name for each in datasets}
        filters, scores = Filters(tuple(names)), self._store.matrix.columns()
        rows = self.points(found.map_id, filters, scores, self._store.browse.count(filters))
        called = self._store.maps.cluster_names(found.map_id)
        points = rows.assign(dataset=rows["dataset_id"].map(names), cluster=rows["cluster"].map(called))
        points = points[["dataset", "row_id", "x", "y", "mark", "cluster", *scores]]
        clusters = self.clusters(found.map_id, filters, scores).drop(columns=["kept", "selected"])
        return MapResult(tuple(names.values()), DONE, found.method, found.fitted, points, clusters)
