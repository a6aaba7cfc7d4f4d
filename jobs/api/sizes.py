"""How many rows of a selection are enough: models tuned on the first so many of its ranking."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import InputError, StoreError
from core.experiments.plan import ExperimentPlan, for_other_sets, tuned_otherwise
from core.experiments.size.plan import KEPT_AS, SizePlan, size_plan_of
from core.selection.record import SelectionRecord
from core.store import SavedExperiment
from core.values import changed
from jobs.api.experiment_results import SizeSearchResult
from jobs.api.experiments import ExperimentSection
from jobs.api.lookup import Which, selection_of
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.experiments.size.curve import SizeLoss
    from core.experiments.size.draft import SizeDraft
    from core.experiments.size.verdict import SizeVerdict
    from core.progress import Progress
    from core.selection.outcome import SelectionOutcome


class SizeSection(Section):
    """The number of rows is searched for by tuning."""

    name = "sizes"

    def __init__(self, session: Session, experiments: ExperimentSection) -> None:
        super().__init__(session)
        self._experiments = experiments

    def draft(self, plan: ExperimentPlan, search: SizePlan, progress: "Progress | None" = None) -> "SizeDraft":
        """Rank the rows and foresee what the search costs at most; `experiments.begin` starts its `to_queue`.

        Raises:
            SelectionError: the sizes make no sense on these rows.
            StoreError: the selection is not here any more, or needs embeddings that are not.
        """
        from core.experiments.size.draft import draft_search

        keys, told = self._session.scorers(), progress or self._session.progress
        return draft_search(self._store, plan, search, keys, self._session.embedding_model, told)

    def start(
        self,
        selection: Which,
        sizes: Sequence[int] = (),
        preset: str = "quick-trial",
        name: str = "",
        wait: bool = True,
        search: Mapping[str, Any] | None = None,
        progress: "Progress | None" = None,
        **changes: Any,
    ) -> SizeSearchResult:
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
        from core.experiments.size.draft import tuning_of_search

        told, saved = progress or self._session.progress, selection_of(self._store.selections, selection)
        plan = changed(SizePlan.of_selection(saved, sizes), search or {}, "search")
        tuning = tuning_of_search(
            tuned_otherwise(for_other_sets(self._experiments.plan(preset)), changes, "experiment"), saved, plan
        )
        made = self.draft(tuning, plan, told)
        with self._session.queue(told):
            kept = {KEPT_AS: plan.as_dict()}
            number = self._experiments.begin(tuning, made.to_queue, name or f"Size search of {saved.name}", kept)
        if wait:
            self._experiments.wait(number, told)
        return self.status(number)

    def status(self, experiment: Which) -> SizeSearchResult:
        """What a search of the size has come to so far, and how far its experiment is.

        Raises:
            StoreError: there is no such experiment, or it is no search.
        """
        return SizeSearchResult(self._experiments.status(experiment), self.verdict(experiment))

    def verdict(self, experiment: Which) -> "SizeVerdict":
        """What a search has come to so far, by the losses in the store.

        Raises:
            StoreError: there is no such experiment, or it is no search.
        """
        from core.experiments.size.verdict import judge_sizes

        return judge_sizes(self.measured(experiment))

    def measured(self, experiment: Which) -> "list[SizeLoss]":
        """The sizes of a search that are measured whole, the untuned model among them.

        Raises:
            StoreError: there is no such experiment, or it is no search.
        """
        from core.experiments.size.draft import measured_sizes

        saved = self._experiments.get(experiment)
        if size_plan_of(saved.spec) is None:
            raise StoreError(
                "This experiment is not a size search.",
                where=saved.name,
                mend="Choose an experiment started by `size`.",
            )
        return measured_sizes(self._store.experiments, saved)

    def select(
        self, selection: Which, rows: int, search: Which | None = None, progress: "Progress | None" = None
    ) -> "SelectionOutcome":
        """A saved selection again with so many rows, chosen as a search has chosen them; `selections.save` keeps it.

        Rows that ask what the search is evaluated on stay out, as they did there; all may be among them where the
        selection was never searched, or the evaluation set was deleted since.

        Args:
            search: the experiment; the newest search of this selection without any.

        Raises:
            StoreError: there is no such selection or experiment, or it needs embeddings that are not here.
            SelectionError: nothing is left to select from.
            InputError: that is no number of rows.
        """
        from core.experiments.size.draft import resized

        if rows < 1:
            raise InputError(f"rows is {rows}.", mend="Use 1 or more.")
        saved = selection_of(self._store.selections, selection)
        ran = self._search_of(saved.selection_id) if search is None else self._experiments.get(search)
        asked = self._store.evaluation_sets.examples(ran.spec["plan"]["evaluation_set"]) if ran else ()
        record = SelectionRecord.from_saved(saved)
        keys, told = self._session.scorers(), progress or self._session.progress
        return resized(self._store, record, rows, keys, self._session.embedding_model, told, asked)

    def _search_of(self, selection_id: int) -> SavedExperiment | None:
        """The newest search of a selection."""
        plans = ((each, size_plan_of(each.spec)) for each in self._experiments.all())
        return next((each for each, plan in plans if plan and plan.selection_id == selection_id), None)
