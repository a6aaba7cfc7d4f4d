"""Comparisons: two models answer the same instructions."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.comparison.progress import pairs_of
from core.comparison.spec import USUAL_INSTRUCTIONS, ComparisonSpec, compared_models
from core.errors import InputError, StoreError
from core.judge.answer_pair import AnswerPair
from core.models.generation import AnswerSettings
from core.rows.evaluation_set import limit
from core.store import SavedComparison
from core.values import changed
from jobs.answers.comparable_models import comparable_models, wanted_pair
from jobs.answers.comparisons import Comparisons
from jobs.api.comparison_results import Compared
from jobs.api.waiting import wait_for_job
from jobs.api.workspace import Workspace
from jobs.experiments.experiments import Experiments
from jobs.queue.job import CANCELLED, DONE, FAILED
from jobs.temporary_worker import queue_there, worker_at_work

GONE = "gone"


class Comparing(Workspace):
    """Models are put side by side by what they answer."""

    def models(self) -> pd.DataFrame:
        """All models that can be compared, of the newest experiment first: model (its key), name, experiment."""
        self.refresh()
        found = comparable_models(self.store, Experiments(self.client))
        lines = [(key, model.title, model.experiment) for key, model in found.items()]
        return pd.DataFrame(lines, columns=["model", "name", "experiment"])

    def compare(
        self,
        a: str = "",
        b: str = "",
        instructions: int = USUAL_INSTRUCTIONS,
        evaluation_set: str = "",
        name: str = "",
        wait: bool = True,
        seed: int = 0,
        **answers: Any,
    ) -> Compared:
        """Let two models answer the same instructions.

        Args:
            a, b: models by their key or name (see `models`), or `untuned`; without both the sides of the newest proof,
                else the newest experiment's best set and the model before tuning.
            instructions: how many, drawn by the seed; 0 for all.
            evaluation_set: whose instructions; "" for the first.
            wait: return when both have answered, with a worker of one's own where none runs; else when it is queued.
            answers: other fields of `core.models.generation.AnswerSettings`, such as max_new_tokens=64 or
                temperature=0.7.

        Raises:
            InputError: there is no such model or field, or both are the same model.
            StoreError: there is no such evaluation set.
            JobError: no model is tuned yet, or the job has failed.
        """
        self.refresh()
        models = comparable_models(self.store, Experiments(self.client))
        one, other = wanted_pair(self.store, models, a, b)
        asked = self._evaluation_sets([evaluation_set] if evaluation_set else [])[0]
        spec = ComparisonSpec(
            (models[one], models[other]), changed(AnswerSettings(seed=seed), answers, "answers"), asked.name, seed
        )
        prompts = limit(self.store.evaluation_sets.examples(asked.evaluation_set_id), _not_negative(instructions), seed)
        with queue_there(self.client, self.paths, self._progress):
            number = Comparisons(self.client).start(self.store, (name or spec.title)[:120], spec, prompts)
        return self.wait_for_answers(number) if wait else self.compared(number)

    def wait_for_answers(self, comparison: str | int) -> Compared:
        """Wait until both models have answered, with a worker of one's own where none runs.

        A job that has failed or was cancelled goes on where it stopped.

        Raises:
            StoreError: there is no such comparison, or answers are missing and their job is gone.
            JobError: the job has failed again, or the worker has ended.
        """
        found = self.compared(comparison)
        saved = self.store.comparisons.get(found.number)
        if found.status == DONE:
            return found
        if found.status == GONE:
            raise StoreError(
                "The job of this comparison is missing.",
                where=saved.name,
                mend="Compare the same models again to generate the missing answers.",
            )
        if found.status in (FAILED, CANCELLED):
            self.client.retry(saved.job_id)
        with worker_at_work(self.client, self.paths, self._progress) as own:
            wait_for_job(self.client, saved.job_id, self._progress, own)
        return self.compared(found.number)

    def compared(self, comparison: str | int) -> Compared:
        """How far the answers of a comparison are.

        Raises:
            StoreError: there is no such comparison.
        """
        self.refresh()
        saved = self._comparison(comparison)
        return self._compared(saved, pairs_of(self.store, saved))

    def _compared(self, saved: SavedComparison, pairs: Sequence[AnswerPair]) -> Compared:
        a, b = compared_models(saved.spec, saved.name).models
        lines = [(each.instruction, each.input, each.a, each.b) for each in pairs]
        answers = pd.DataFrame(lines, columns=["instruction", "input", "a", "b"])
        status = DONE if len(pairs) == saved.prompts else self._status(saved)
        return Compared(saved.comparison_id, saved.name, a.label, b.label, status, saved.prompts, answers)

    def _status(self, saved: SavedComparison) -> str:
        job = Comparisons(self.client).job(saved.job_id)
        return GONE if job is None or job.status == DONE else job.status


def _not_negative(instructions: int) -> int:
    if instructions < 0:
        raise InputError(f"instructions is {instructions}.", mend="Use 1 or more, or 0 for all.")
    return instructions
