"""Curate: one call from files to the rows worth training on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import SelectionError, StoreError
from core.experiments.tournament.tuning import tournament_tuning
from core.humanize import free_name
from core.progress import Within
from core.store import Dataset, EvaluationSet
from core.workspace.curation import Curation, add_curation, curations, forget_curation, keep_curation
from jobs.api.curation_results import CurationCost, CurationResult
from jobs.api.curation_steps import PROOF_ROWS, RESPONSES, SUB_POOLS, CurationSteps, tournament_size
from jobs.api.lookup import Which, datasets_of, evaluation_set_of
from jobs.api.section import Section
from jobs.api.session import Session
from jobs.api.sources import Source

if TYPE_CHECKING:
    from core.progress import Progress
    from jobs.api.studio import Studio

Target = Which | Path | None

ARMS = 5  # of the proof at most
SAMPLE = 200  # rows of each dataset whose texts are read to foresee the time
READINGS, WITH_TARGET = 2.5, 6.0  # how often scoring reads a row, about; with influence and loss drop


class CurationSection(Section):
    """Duplicates and leaked rows are dropped, rows are scored, ways compete, the winner is proved and written."""

    name = "curations"

    def __init__(self, session: Session, studio: "Studio") -> None:
        super().__init__(session)
        self._studio, self._steps = studio, CurationSteps(studio)

    def all(self) -> list[Curation]:
        """All curations, oldest first."""
        return curations(self._store.settings)

    def table(self) -> pd.DataFrame:
        """All curations: number, name, keep, quick, next (the step that comes next, "" when it is through)."""
        lines = [(each.number, each.name, each.keep, each.quick, each.next_step or "") for each in self.all()]
        return pd.DataFrame(lines, columns=["number", "name", "keep", "quick", "next"])

    def get(self, which: Which) -> Curation:
        """One of them, by its number or name.

        Raises:
            StoreError: there is no such curation.
        """
        found = next((each for each in self.all() if which in (each.number, each.name, str(each.number))), None)
        if found is None:
            raise StoreError("There is no such curation.", where=str(which), mend="Choose one of `list curations`.")
        return found

    def begin(
        self, datasets: Sequence[Which], keep: int, target: Target = None, quick: bool = False, name: str = "",
        layout: str = "alpaca",
    ) -> Curation:  # fmt: skip
        """Keep what a curation is asked; `go_on` does it.

        Args:
            datasets: that are loaded.
            keep: how many rows.
            target: what the model is to be good at: an evaluation set by number or name, or a file of questions with
                good answers, which becomes one; the first evaluation set without any.
            quick: cheap scores and one way, no tournament and no proof.
            layout: of the file that is written.

        Raises:
            StoreError, InputError: there is no such dataset or evaluation set.
            ValueRefused: a value is not allowed.
        """
        from core.values import Door, read

        used = datasets_of(self._store.datasets, datasets)
        chosen = self._asked(target)
        asked = {
            "number": 1,
            "name": name or f"Curation of {', '.join(each.name for each in used)}"[:100],
            "dataset_ids": [each.dataset_id for each in used],
            "evaluation_set": chosen.evaluation_set_id,
            "keep": keep,
            "quick": quick,
            "layout": layout,
        }
        available = sum(each.rows for each in used)
        if keep >= available:
            raise SelectionError(
                f"{keep:,} rows are to be kept of {available:,}.",
                mend="Keep fewer rows, or add data: else all rows stay.",
            )
        return add_curation(self._store.settings, read(Curation, asked, "curation", Door.FORM))

    def foresee(self, datasets: Sequence[Which], keep: int, target: Target = None, quick: bool = False) -> CurationCost:
        """About what a curation takes: from a sample of the texts and the speed that was measured here.

        Args:
            datasets, keep, target, quick: as of `begin`.

        Raises:
            StoreError, InputError: there is no such dataset or evaluation set.
            SelectionError: there are too few rows for a tournament.
        """
        from core.experiments.cost import estimate
        from core.experiments.tournament.plan import TournamentPlan
        from core.models.embedded_model import width_of
        from core.models.profiles import profile
        from core.rows.evaluation_set import limit

        used = datasets_of(self._store.datasets, datasets)
        available = sum(each.rows for each in used)
        evaluation = self._asked(target)
        examples = limit(self._store.evaluation_sets.examples(evaluation.evaluation_set_id), RESPONSES, 0)
        plan = tournament_tuning(self._studio.experiments.plan(evaluation_set=evaluation.evaluation_set_id))
        sample = [row for each in used for row in self._studio.rows.first(each.dataset_id, SAMPLE)]
        fields = tournament_size(keep, available)
        tournament = TournamentPlan(self._studio.tournaments.entrants(), **fields)
        models = 0 if quick else tournament.most_models + SUB_POOLS * ARMS
        proved = SUB_POOLS * ARMS * min(PROOF_ROWS, keep // SUB_POOLS)
        made = estimate(plan, sample, tournament.most_rows + proved, available, examples, models)
        speed = self._studio.measurements.speed(plan)
        drawn = 0 if quick else tournament.draws * tournament.draw_rows(available)
        tokens = estimate(plan, sample, available, available, [], 0).trained_tokens
        scored = tokens * (READINGS + (WITH_TARGET - READINGS) * drawn / available)  # the winner may need most scores
        seconds = None
        if speed is not None:
            seconds = scored / speed.measured_tokens_per_second + (0.0 if quick else made.seconds(speed))
        width = width_of(profile(plan.profile).language_model, self._session.paths.models)
        return CurationCost(plan, models, seconds, None if width is None else made.cache_bytes(width), speed)

    def curate(
        self, *sources: Source, keep: int, target: Target = None, quick: bool = False, name: str = "",
        layout: str = "alpaca", progress: "Progress | None" = None,
    ) -> CurationResult:  # fmt: skip
        """From files to the rows worth training on, in one call.

        Args:
            sources: as of `datasets.load`; what was loaded before, all alike, is not loaded again.
            keep, target, quick, name, layout: as of `begin`.

        Raises:
            InputError: nothing in a file can be used.
            SelectionError: there are too few rows.
            JobError: a job has failed; `go_on` goes on where it stopped.
            StorageFull: there is no space left.
        """
        made = self.begin([self.load(*sources, progress=progress)], keep, target, quick, name, layout)
        return self.go_on(made.number, progress)

    def load(self, *sources: Source, progress: "Progress | None" = None) -> int:
        """The number of a dataset of these sources: of one that was loaded before where that has the same rows, read
        in the same way.

        Raises:
            InputError, StorageFull: as `datasets.load`.
        """
        datasets = self._studio.datasets
        loaded = datasets.get(datasets.load(*sources, progress=progress).dataset_id)
        for earlier in datasets.all():
            if earlier.dataset_id != loaded.dataset_id and _same(earlier, loaded):
                datasets.delete(loaded.dataset_id)
                return earlier.dataset_id
        return loaded.dataset_id

    def go_on(self, which: Which, progress: "Progress | None" = None) -> CurationResult:
        """Do the steps that are left; each is kept as soon as it is through.

        Raises:
            StoreError: there is no such curation, or it or what it needs was deleted.
            SelectionError: there are too few rows.
            JobError: a job has failed or was paused, another call goes on where it stopped; or one is at it now.
            Cancelled: `progress` said so; another call goes on where it stopped.
        """
        told, number = progress or self._session.progress, self.get(which).number
        with self._session.one_at_a_time(f"curation {number}", "This curation is being worked on."):
            curation = self.get(number)
            while (step := curation.next_step) is not None:
                where = f"Step {curation.steps.index(step) + 1} of {len(curation.steps)}"
                curation = self._steps.done(curation, step, Within(told, where))
                keep_curation(self._store.settings, curation)
        return self.result(number)

    def result(self, which: Which) -> CurationResult:
        """What a curation has come to so far.

        Raises:
            StoreError: there is no such curation.
        """
        curation = self.get(which)
        standings = self._studio.tournaments.standings(curation.tournament) if curation.tournament else None
        proof = self._studio.proofs.verdict(curation.proof) if curation.proof else None
        return CurationResult(curation, standings, proof)

    def delete(self, which: Which) -> None:
        """Forget a curation; the selection, the experiments and the files that it made stay.

        Raises:
            StoreError: there is no such curation.
        """
        forget_curation(self._store.settings, self.get(which))

    def _asked(self, target: Target) -> EvaluationSet:
        """An evaluation set, the first where none is named; a file of questions becomes one."""
        there = self._studio.evaluation_sets.all()
        if target in (None, ""):
            if not there:
                raise StoreError("No evaluation set.", mend="Give questions with good answers as the target.")
            return there[0]
        place = Path(str(target)).expanduser()
        if isinstance(target, int) or str(target) in {each.name for each in there} or not place.exists():
            return evaluation_set_of(self._store.evaluation_sets, target if isinstance(target, int) else str(target))
        return self._of_file(place, there)

    def _of_file(self, place: Path, there: Sequence[EvaluationSet]) -> EvaluationSet:
        """The evaluation set of these questions, kept under the file's name, or a number behind it."""
        sets = self._studio.evaluation_sets
        read = sets.find(str(place))
        for each in there:
            if list(self._store.evaluation_sets.examples(each.evaluation_set_id)) == list(read.examples):
                return each
        return sets.add(free_name(place.stem, {each.name for each in there}), read.examples)


def _same(one: Dataset, other: Dataset) -> bool:
    """Whether two datasets have the same rows, read in the same way."""
    alike = replace(one, dataset_id=other.dataset_id, name=other.name, created_at=other.created_at)
    return alike == other
