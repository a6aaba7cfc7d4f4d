"""The map of the rows."""

from core.indicators.scoring import embedding_model
from core.rows.filters import Filters
from core.store import Dataset, StoredMap
from jobs.api.results import Mapped
from jobs.api.waiting import wait_for_job
from jobs.api.workspace import Workspace
from jobs.maps.job import new_map_folder
from jobs.maps.kind import KIND
from jobs.maps.under_way import map_under_way
from jobs.queue.job import DONE
from jobs.temporary_worker import queue_there, worker_at_work


class MapMaking(Workspace):
    """Rows are laid out in the plane so that those that mean much the same lie together."""

    def map(self, *datasets: str, wait: bool = True, again: bool = False) -> Mapped:
        """Make the map of these datasets (of all without any) where there is none that has all their rows.

        Args:
            wait: return with the map, made by a worker of one's own where none runs; else when it is queued.
            again: make it also where there is one.

        Raises:
            InputError: there is no such dataset.
            JobError: no row has an embedding yet, or the job has failed.
        """
        chosen = self._datasets(datasets)
        numbers, model = [each.dataset_id for each in chosen], embedding_model(self.profile)
        self.refresh()
        found = self._map_of(chosen)
        if found is not None and not found.missing and not again:
            return self._mapped(chosen, found)
        job = map_under_way(self.client, numbers, model)
        if job is None:
            folder = new_map_folder(self.store, self.client.folder, numbers, model)
            with queue_there(self.client, self.paths, self._progress):
                self.client.enqueue(folder, KIND)
            job = folder.job_id
        if not wait:
            return Mapped(tuple(each.name for each in chosen), self.client.job(job).status)
        with worker_at_work(self.client, self.paths, self._progress) as own:
            wait_for_job(self.client, job, self._progress, own)
        self.refresh()
        made = self._map_of(chosen)
        assert made is not None, "the job is done and taken in"
        return self._mapped(chosen, made)

    def _map_of(self, datasets: list[Dataset]) -> StoredMap | None:
        """The map of just these datasets."""
        numbers = [each.dataset_id for each in datasets]
        found = self.store.maps.best(numbers, embedding_model(self.profile))
        return found if found is not None and set(found.dataset_ids) == set(numbers) else None

    def _mapped(self, datasets: list[Dataset], found: StoredMap) -> Mapped:
        names = {each.dataset_id: each.name for each in datasets}
        filters, scores = Filters(tuple(names)), self.store.matrix.columns()
        rows = self.store.maps.sample(found.map_id, filters, scores, self.store.browse.count(filters))
        points = rows.assign(dataset=rows["dataset_id"].map(names))[["dataset", "row_id", "x", "y", "mark", *scores]]
        return Mapped(tuple(names.values()), DONE, found.method, found.fitted, points)
