"""Curate: one call from files to the rows worth training on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import InputError, SelectionError, StoreError
from core.experiments.tournament.tuning import tournament_tuning
from core.store import EvaluationSet
from core.workspace.curation import (
    Curation,
    curations,
    forget_curation,
    keep_curation,
)
from jobs.api.curation_results import CurationCost, CurationResult
from jobs.api.curation_steps import RESPONSES, SUB_POOLS, CurationSteps, tournament_size
from jobs.api.lookup import Which, datasets_of, evaluation_set_of
from jobs.api.section import Section
from jobs.api.session import Session
from jobs.api.sources import Source

if TYPE_CHECKING:
    from core.progress import Progress
    from jobs.api.studio import Studio

ARMS = 5  # of the proof at most
SAMPLE = 200  # rows of each dataset whose texts are read to foresee the time
READINGS = {True: 2.5, False: 6.0}  # how often scoring reads a row, about: quick or with influence and loss drop


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
        self, datasets: Sequence[Which], keep: int, target: Which | None = None, quick: bool = False, name: str = "",
        layout: str = "alpaca",
    ) -> Curation:  # fmt: skip
        """Keep what a curation is asked; `go_on` does it.

        Args:
            datasets: that are loaded.
            keep: how many rows.
            target: an evaluation set: what the model is to be good at; the first without any.
            quick: cheap scores and one way, no tournament and no proof.
            layout: of the file that is written.

        Raises:
            StoreError, InputError: there is no such dataset or evaluation set.
            ValueRefused: a value is not allowed.
        """
        from core.values import Door, read

        used = datasets_of(self._store.datasets, datasets)
        known = self.all()
        chosen = self._asked(target)
        asked = {
            "number": 1 + max((each.number for each in known), default=0),
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
        made = read(Curation, asked, "curation", Door.FORM)
        keep_curation(self._store.settings, made)
        return made

    def foresee(
        self, datasets: Sequence[Which], keep: int, target: Which | None = None, quick: bool = False
    ) -> CurationCost:
        """About what a curation takes: from a sample of the texts and the speed that was measured here.

        Raises:
            StoreError, InputError: there is no such dataset or evaluation set.
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
        most = TournamentPlan(self._studio.tournaments.entrants(), **fields).most_models
        models = 0 if quick else most + SUB_POOLS * ARMS
        made = estimate(plan, sample, fields["rows"] * models, available, examples, models)
        speed = self._studio.measurements.speed(plan)
        scored = estimate(plan, sample, available, available, [], 0).trained_tokens * READINGS[quick]
        seconds = None
        if speed is not None:
            seconds = scored / speed.measured_tokens_per_second + (0.0 if quick else made.seconds(speed))
        width = width_of(profile(plan.profile).language_model, self._session.paths.models)
        return CurationCost(plan, models, seconds, None if width is None else made.cache_bytes(width), speed)

    def curate(
        self, *sources: Source, keep: int, target: str | Path = "", quick: bool = False, name: str = "",
        layout: str = "alpaca", progress: "Progress | None" = None,
    ) -> CurationResult:  # fmt: skip
        """From files to the rows worth training on, in one call.

        Args:
            sources: as of `datasets.load`.
            target: a file of questions with good answers, or the name of an evaluation set; the first without any.

        Raises:
            InputError: nothing in a file can be used.
            SelectionError: there are too few rows.
            JobError: a job has failed; `go_on` goes on where it stopped.
            StorageFull: there is no space left.
        """
        loaded = self._studio.datasets.load(*sources, progress=progress)
        made = self.begin([loaded.dataset_id], keep, self._target(target), quick, name, layout)
        return self.go_on(made.number, progress)

    def go_on(self, which: Which, progress: "Progress | None" = None) -> CurationResult:
        """Do the steps that are left; each is kept as soon as it is through.

        Raises:
            StoreError: there is no such curation, or what it needs was deleted.
            SelectionError: there are too few rows.
            JobError: a job has failed or was paused; another call goes on where it stopped.
            Cancelled: `progress` said so; another call goes on where it stopped.
        """
        told, curation = progress or self._session.progress, self.get(which)
        while (step := curation.next_step) is not None:
            curation = self._steps.done(curation, step, told)
            keep_curation(self._store.settings, curation)
        return self.result(which)

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
        forget_curation(self._store.settings, self.get(which).number)

    def _asked(self, target: Which | None) -> EvaluationSet:
        """An evaluation set, the first where none is named."""
        there = self._studio.evaluation_sets.all()
        if target is None and not there:
            raise StoreError("No evaluation set.", mend="Give questions with good answers as the target.")
        wanted = there[0].evaluation_set_id if target is None else target
        return evaluation_set_of(self._store.evaluation_sets, wanted)

    def _target(self, target: str | Path) -> Which | None:
        """The evaluation set that is meant; a file becomes one."""
        place = Path(target).expanduser()
        names = {each.name for each in self._studio.evaluation_sets.all()}
        if not target or str(target) in names:
            return str(target) or None
        if place.stem in names:
            return place.stem
        if not place.is_file():
            raise InputError("There is no such file or evaluation set.", where=str(target), mend="Correct the path.")
        return self._studio.evaluation_sets.load(place).kept.evaluation_set_id
