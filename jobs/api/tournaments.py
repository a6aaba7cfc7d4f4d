"""Tournaments: which way of choosing rows is best on these data?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import InputError, StoreError
from core.experiments.plan import ExperimentPlan, tuned_otherwise
from core.experiments.tournament.ladder import ladder_of
from core.experiments.tournament.plan import KEPT_AS, Entrant, TournamentPlan, entrants_of, tournament_of
from core.experiments.tournament.tuning import tournament_tuning
from core.store import SavedExperiment
from core.values import changed
from jobs.api.experiment_results import TournamentResult
from jobs.api.experiments import ExperimentSection
from jobs.api.lookup import Which
from jobs.api.rows import RowSection
from jobs.api.rules import RuleSection
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.experiments.tournament.draft import TournamentDraft
    from core.experiments.tournament.standings import Standings
    from core.progress import Progress
    from core.rows.filters import Filters
    from core.selection.outcome import SelectionOutcome


class TournamentSection(Section):
    """Ways of choosing compete: models are tuned on what each keeps of parts of the data."""

    name = "tournaments"

    def __init__(self, session: Session, experiments: ExperimentSection, rows: RowSection, rules: RuleSection) -> None:
        super().__init__(session)
        self._experiments, self._rows, self._rules = experiments, rows, rules

    def entrants(self) -> tuple[Entrant, ...]:
        """All that can compete: every way, the rules that come along and one's own."""
        return entrants_of(list(self._rules.all().values()))

    def unscored(self, filters: "Filters | None" = None) -> dict[str, list[str]]:
        """The indicators that each entrant needs and no row has, by name; nothing for one that is ready.

        Args:
            filters: which rows may be chosen; all without any.
        """
        from core.experiments.tournament.draft import unscored
        from core.rows.filters import Filters

        self._session.refresh()
        scored = self._store.browse.candidates(filters or Filters())
        return {each.name: unscored(each, scored) for each in self.entrants()}

    def plan(
        self, ways: Sequence[str] = (), datasets: Sequence[Which] = (), filters: "Filters | None" = None, **changes: Any
    ) -> TournamentPlan:
        """The usual tournament.

        Args:
            ways: names of `entrants`; without any all that are scored.
            datasets: of which rows are chosen; all without any.
            filters: made by `rows.filters`, in place of `datasets`.
            changes: other fields of `core.experiments.tournament.plan.TournamentPlan`, such as rows=32 or draws=5.

        Raises:
            InputError: there is no such entrant or dataset.
            ValueRefused: a field is not known or not allowed.
        """
        chosen_from = filters or self._rows.filters(*datasets)
        known = {each.name: each for each in self.entrants()}
        if unknown := [each for each in ways if each not in known]:
            raise InputError("There is no such way.", where=unknown[0], mend=f"Choose from {', '.join(known)}.")
        lacking = {} if ways else self.unscored(chosen_from)
        entrants = tuple(each for name, each in known.items() if (name in ways if ways else not lacking[name]))
        if not entrants:
            raise InputError("No way can choose: nothing is scored.", mend="Score the data first.")
        return changed(TournamentPlan(entrants, filters=chosen_from), changes, "tournament")

    def draft(
        self, plan: ExperimentPlan, tournament: TournamentPlan, progress: "Progress | None" = None
    ) -> "TournamentDraft":
        """Let every way choose and foresee what it costs at most; `experiments.begin` starts its `to_queue`.

        Raises:
            SelectionError: there are too few rows, or scores that an entrant needs are missing.
            StoreError: embeddings that an entrant needs are missing.
        """
        from core.experiments.tournament.draft import draft_tournament

        keys, told = self._session.scorers(), progress or self._session.progress
        self._session.refresh()
        return draft_tournament(self._store, plan, tournament, keys, self._session.embedding_model, told)

    def start(
        self,
        ways: Sequence[str] = (),
        datasets: Sequence[Which] = (),
        preset: str = "quick-trial",
        name: str = "",
        wait: bool = True,
        filters: "Filters | None" = None,
        tournament: Mapping[str, Any] | None = None,
        kept: Mapping[str, Any] | None = None,
        progress: "Progress | None" = None,
        **changes: Any,
    ) -> TournamentResult:
        """Let ways of choosing compete, by the validation loss per response token of models tuned on what each keeps.

        Args:
            ways, datasets, filters: as `plan`.
            preset: quick-trial, workstation or paper: how long is tuned, and on how much measured.
            wait: return with the winner; else when it is queued.
            tournament: other fields of `core.experiments.tournament.plan.TournamentPlan`, such as rows, budget, rounds,
                draws, share and seed.
            kept: JSON values to keep with its plan.
            changes: other fields of `core.experiments.plan.ExperimentPlan`, such as responses=16. Without any the
                upper half of the embedded model is tuned, on all projections.

        Raises:
            InputError: there is no such way, dataset, preset or field.
            SelectionError: there are too few rows, or scores that an entrant needs are missing.
            StoreError: embeddings that an entrant needs are missing.
            JobError: the worker has ended, or the experiment was paused.
        """
        told = progress or self._session.progress
        asked = self.plan(ways, datasets, filters, **(tournament or {}))
        plan = tuned_otherwise(tournament_tuning(self._experiments.plan(preset)), changes, "experiment")
        made = self.draft(plan, asked, told)
        with self._session.queue(told):
            with_it = {KEPT_AS: asked.as_dict(), **(kept or {})}
            usual = f"Tournament of {len(asked.competing)} ways"
            number = self._experiments.begin(plan, made.to_queue, name or usual, with_it)
        if wait:
            self._experiments.wait(number, told)
        return self.status(number)

    def status(self, experiment: Which) -> TournamentResult:
        """Where a tournament stands, and how far its experiment is.

        Raises:
            StoreError: there is no such experiment, or it is no tournament.
        """
        return TournamentResult(self._experiments.status(experiment), self.standings(experiment))

    def standings(self, experiment: Which) -> "Standings":
        """Where a tournament stands, by the losses in the store.

        Raises:
            StoreError: there is no such experiment, or it is no tournament.
        """
        from core.experiments.tournament.standings import standings

        saved, plan = self._saved(experiment)
        sets = self._store.experiments.candidate_sets(saved.experiment_id)
        measured = self._store.experiments.losses(saved.job_id)
        losses = dict(zip(measured["number"].tolist(), measured[f"loss_per_{plan.outcome}"].tolist(), strict=True))
        titles = {each.name: each.title for each in plan.competing}
        return standings(ladder_of(plan, enumerate(sets, start=1)), losses, titles)

    def select(
        self,
        experiment: Which,
        entrant: str = "",
        rows: int | None = None,
        tokens: int | None = None,
        progress: "Progress | None" = None,
    ) -> "SelectionOutcome":
        """Choose from all rows of a tournament as its winner does; `selections.save` keeps it.

        Args:
            entrant: another than the winner, by its name.
            rows, tokens: how many rows, or response tokens, are kept; the tournament's share of the rows without any.

        Raises:
            StoreError: there is no such experiment, or it is no tournament.
            InputError: it has no winner yet, or no such entrant.
            SelectionError: there is nothing to select from.
        """
        from core.selection.pipeline import curate

        found, (_, plan) = self.entrant(experiment, entrant), self._saved(experiment)
        given = {"rows": rows, "tokens": tokens} if rows or tokens else {"percent": 100 * plan.share}
        spec = found.spec(filters=plan.filters, seed=plan.seed, **given)
        self._session.refresh()
        keys, told = self._session.scorers(), progress or self._session.progress
        return curate(self._store, spec, keys, self._session.embedding_model, told)

    def entrant(self, experiment: Which, name: str = "") -> Entrant:
        """The winner of a tournament, or another of those that compete, by its name.

        Raises:
            StoreError: there is no such experiment, or it is no tournament.
            InputError: it has no winner yet, or no such entrant.
        """
        saved, plan = self._saved(experiment)
        wanted = name or self.standings(experiment).winner
        found = next((each for each in plan.competing if each.name == wanted), None)
        if found is None:
            names = ", ".join(each.name for each in plan.competing)
            said = f"There is no entrant “{wanted}”." if wanted else "The tournament has no winner yet."
            raise InputError(said, where=saved.name, mend=f"Wait for its last round, or choose from {names}.")
        return found

    def _saved(self, experiment: Which) -> tuple[SavedExperiment, TournamentPlan]:
        saved = self._experiments.get(experiment)
        plan = tournament_of(saved.spec)
        if plan is None:
            raise StoreError(
                "This experiment is not a tournament.",
                where=saved.name,
                mend="Choose an experiment started by `tournament`.",
            )
        return saved, plan
