"""Scores of rows by indicators."""

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import InputError, JobError
from core.indicators import indicator, untargeted
from core.indicators.base import Scope
from core.rows.filters import Filters
from jobs.api.lookup import Which, dataset_of, datasets_of, evaluation_set_of, refuse_unknown_indicators
from jobs.api.results import ScoringResult
from jobs.api.section import Section
from jobs.api.session import TARGET
from jobs.api.waiting import wait_for_job
from jobs.queue.job import ACTIVE, DONE, Job
from jobs.scoring.kind import KIND

if TYPE_CHECKING:
    from core.progress import Progress
    from core.rules.rule import Rule

LEAST_TIMED = 100  # rows of a scoring job from whose time another's is foreseen


class ScoreSection(Section):
    """Datasets are scored by the profile's models. What is in view is brought up to date by `refresh`."""

    name = "scores"

    @property
    def revision(self) -> int:
        """Another number whenever the scores in view have changed."""
        return self._store.matrix.revision

    def waiting(self) -> int:
        """How many scores have come in that are not in view yet: see `refresh`."""
        return self._store.matrix.scores_waiting()

    def columns(self) -> list[str]:
        """The indicators of which some row in view has a score."""
        return self._store.matrix.columns()

    def table(self, *datasets: Which) -> pd.DataFrame:
        """dataset_id, row_id and each scored indicator, a line a row of these datasets (of all without any).

        Raises:
            InputError: there is no such dataset.
        """
        numbers = tuple(each.dataset_id for each in datasets_of(self._store.datasets, datasets))
        return self._store.browse.candidates(Filters(numbers))

    @property
    def target(self) -> str:
        """The name of the evaluation set whose guide part influence and loss drop read: the one that was chosen, else
        the first; "" where there is none.
        """
        return target.name if (target := self._session.target) else ""

    def choose_target(self, which: Which) -> None:
        """Choose the evaluation set that rows are chosen for. Scores under another one are kept, but not in view.

        Raises:
            StoreError: there is no such evaluation set.
        """
        self._store.settings.set(TARGET, evaluation_set_of(self._store.evaluation_sets, which).evaluation_set_id)
        self._session.refresh_scores()

    def score(
        self,
        *datasets: Which,
        indicators: Sequence[str] = (),
        target: Which | None = None,
        filters: Filters | None = None,
        progress: "Progress | None" = None,
    ) -> ScoringResult:
        """Compute what is not scored yet of these datasets (of all without any); returns when it is.

        A worker of one's own computes where none runs.

        Args:
            indicators: their names; without any, all that need no target.
            target: the evaluation set, see `choose_target`; None for the one that was chosen.
            filters: made by `rows.filters`: rows outside are left as they are. What compares all rows of a dataset,
                as the KNN distance does, is computed of all.

        Raises:
            InputError: there is no such dataset or indicator, or no target for one that needs it.
            StoreError: there is no such evaluation set.
            JobError: a job has failed; a second call goes on where it stopped.
        """
        from jobs.scoring.enqueue import lacking_scores

        if target is not None:
            self.choose_target(target)
        names, told, new = self._names(indicators), progress or self._session.progress, 0
        found, keys = datasets_of(self._store.datasets, datasets), self._session.wanted_scorers(names)
        only = None if filters is None else self._keys(filters)
        lacking = [
            each for each in found if lacking_scores(self._store, each.dataset_id, keys[each.dataset_id], only).num_rows
        ]
        if lacking:
            with self._session.worker(told) as own:
                for each in lacking:
                    while jobs := self.enqueue(each.dataset_id, indicators=names, filters=filters):
                        wait_for_job(self._session.client, jobs[0], told, own)
                        new += self._session.client.take_in(self._store)
        self._session.refresh()
        means = [
            {"name": each.name, "rows": each.rows}
            | self.table(each.dataset_id).reindex(columns=list(names)).mean().to_dict()
            for each in found
        ]
        return ScoringResult(names, pd.DataFrame(means), new)

    def enqueue(
        self,
        *datasets: Which,
        indicators: Sequence[str] = (),
        target: Which | None = None,
        filters: Filters | None = None,
    ) -> list[str]:
        """Queue what is not scored yet of these datasets (of all without any); ids of the jobs that compute it.

        Args:
            indicators, target, filters: as in `score`.

        Raises:
            InputError: there is no such dataset or indicator, or no target for one that needs it.
            JobError: no worker has ever run here.
            StorageFull: there is no space left.
        """
        from jobs.scoring.enqueue import enqueue_scoring

        if target is not None:
            self.choose_target(target)
        keys, profile = self._session.wanted_scorers(self._names(indicators)), self._session.profile.name
        client, aim = self._session.client, self._session.target
        only = None if filters is None else self._keys(filters)
        made = [
            enqueue_scoring(client, self._store, each.dataset_id, keys[each.dataset_id], profile, aim, only)
            for each in datasets_of(self._store.datasets, datasets)
        ]
        if any(job is not None for job in made):
            self._session.unasked_maps.watch()
        return [job for job in made if job is not None]

    def jobs(self) -> list[Job]:
        """The jobs that score rows now, or wait to."""
        found = [job for job in self._session.client.jobs() if job.kind == KIND.name and job.status in ACTIVE]
        if found:
            self._session.unasked_maps.watch()
        return found

    def expected_seconds(self, rows: int) -> float | None:
        """About how long so many rows take, by the last scoring of a hundred rows or more; None without one."""
        for job in self._session.client.jobs():
            if job.kind == KIND.name and job.status == DONE and job.done >= LEAST_TIMED and job.started_at:
                taken = (job.finished_at - job.started_at).total_seconds() if job.finished_at else 0.0
                if taken > 0:
                    return rows * taken / job.done
        return None

    def counts(self, dataset: Which) -> dict[str, int]:
        """How many rows of a dataset have a score, by indicator.

        Scores of another precision count where all rows have them.

        Raises:
            StoreError: there is no such dataset.
        """
        number = dataset_of(self._store.datasets, dataset).dataset_id
        return self._store.scores.counts(number, self._session.wanted_scorers()[number])

    def missing(self, *datasets: Which, indicators: Sequence[str] = ()) -> Mapping[str, int]:
        """How many rows of these datasets (of all without any) lack each indicator that some row lacks.

        Args:
            indicators: their names; without any, all that need no target.

        Raises:
            InputError: there is no such dataset or indicator, or no target for one that needs it.
        """
        lacking = dict.fromkeys(self._names(indicators), 0)
        for each in datasets_of(self._store.datasets, datasets):
            counts = self.counts(each.dataset_id)
            for name in lacking:
                lacking[name] += each.rows - counts[name]
        return {name: count for name, count in lacking.items() if count}

    def gradient_bytes(self, *datasets: Which) -> int | None:
        """What the gradients of these datasets (of all without any) take on the disk, which influence keeps so that
        another target needs no new pass; None where that is not known.

        Raises:
            InputError: there is no such dataset.
        """
        from core.indicators.influence import gradient_bytes

        rows = sum(each.rows for each in datasets_of(self._store.datasets, datasets))
        return gradient_bytes(rows, self._session.profile, self._session.paths.models)

    def kept_bytes(self) -> int:
        """What influence and loss drop keep on the disk: gradients of rows, and models that were tuned a little."""
        return sum(file.stat().st_size for file in self._session.paths.influence.rglob("*") if file.is_file())

    def forget_gradients(self) -> None:
        """Delete what `kept_bytes` counts; scores stay, and what is needed again is computed again.

        Raises:
            JobError: rows are being scored.
        """
        if self.jobs():
            raise JobError("Rows are being scored.", mend="Wait for the job, or cancel it first.")
        shutil.rmtree(self._session.paths.influence, ignore_errors=True)

    def use_rule(self, rule: "Rule") -> None:
        """Have the value of this rule in view as `predicted_log_loss`."""
        self._store.matrix.set_rule(rule)

    def refresh(self) -> bool:
        """Bring the scores in view up to date with the datasets and the profile; whether they have changed."""
        return self._session.refresh_scores()

    def _keys(self, filters: Filters) -> frozenset[str]:
        rows = self._store.browse.candidates(filters)["row_id"].unique()
        return frozenset(self._store.rows.keys([int(each) for each in rows]).values())

    def _names(self, indicators: Sequence[str]) -> tuple[str, ...]:
        refuse_unknown_indicators(indicators)
        wanted = tuple(indicators) or tuple(untargeted())
        aimed = [name for name in wanted if indicator(name).scope is Scope.TARGET]
        target = self._session.target
        if aimed and target is None:
            raise InputError(
                f"{indicator(aimed[0]).title} needs a target: an evaluation set, whose guide part is read.",
                mend="Add an evaluation set on the Experiments page, or with the command `load --evaluation`.",
            )
        if aimed and target is not None and not target.guide:
            raise InputError(
                "The guide part of this evaluation set is empty.",
                where=target.name,
                mend="Choose another target, or divide the evaluation set anew.",
            )
        return wanted
