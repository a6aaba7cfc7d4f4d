"""How many rows of a selection are enough: models tuned on the first so many of its ranking."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import StoreError
from core.experiments.plan import tuned_otherwise
from core.experiments.size.draft import draft_search, measured_sizes, tuning_of_search
from core.experiments.size.plan import KEPT_AS, SizePlan, size_plan_of
from core.experiments.size.verdict import judge_sizes
from core.indicators.scoring import embedding_model
from core.values import changed
from jobs.api.results import Sized
from jobs.api.tuning import Tuning


class Sizing(Tuning):
    """The number of rows is searched for by tuning."""

    def size(
        self,
        selection: str | int,
        sizes: Sequence[int] = (),
        preset: str = "quick-trial",
        name: str = "",
        wait: bool = True,
        search: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Sized:
        """Tune on the first so many rows of a saved selection's ranking, for several sizes.

        Args:
            sizes: a grid; without any BlendSearch proposes them.
            preset: quick-trial, workstation or paper: how long is tuned, and on how much measured.
            wait: return with the verdict; else when it is queued.
            search: other fields of `core.experiments.size.plan.SizePlan`, such as lowest, highest, most_sizes, seeds,
                patience, most_row_passes and most_minutes.
            changes: other fields of `core.experiments.plan.ExperimentPlan`, such as responses=16.

        Raises:
            StoreError: there is no such selection.
            InputError: there is no such preset or field.
            SelectionError: the sizes make no sense on these rows.
            JobError: the worker has ended, or the experiment was paused.
        """
        saved = self._selection(selection)
        plan = changed(SizePlan.of_selection(saved, sizes), search or {}, "search")
        tuning = tuning_of_search(tuned_otherwise(self._plan(preset), changes, "experiment"), saved, plan)
        keys, model = self._scorers(), embedding_model(self.profile)
        made = draft_search(self.store, tuning, plan, keys, model, self._progress)
        kept = {KEPT_AS: plan.as_dict()}
        ran = self._run(tuning, made.to_queue, name or f"Size search of {saved.name}"[:120], kept, wait)
        return self.sized(ran.number)

    def sized(self, experiment: str | int) -> Sized:
        """What a search of the size has come to so far.

        Raises:
            StoreError: there is no such experiment, or it is no search.
        """
        saved = self._experiment(experiment)
        if size_plan_of(saved.spec) is None:
            raise StoreError(
                "This experiment is not a size search.",
                where=saved.name,
                mend="Choose an experiment started by `size`.",
            )
        return Sized(self.ran(saved.experiment_id), judge_sizes(measured_sizes(self.store, saved)))
