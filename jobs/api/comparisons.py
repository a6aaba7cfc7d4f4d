"""Comparisons: two models answer the same instructions."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.comparison.progress import pairs_of
from core.comparison.spec import USUAL_INSTRUCTIONS, ComparedModel, ComparisonSpec, compared_models
from core.errors import InputError, StoreError
from core.judge.answer_pair import AnswerPair, prompt_key
from core.models.generation import AnswerSettings
from core.rows.evaluation_set import EvaluationExample, limit
from core.store import SavedComparison
from core.values import changed
from jobs.answers.comparable_models import comparable_models, natural_pair, wanted_pair
from jobs.answers.comparisons import Comparisons
from jobs.api.comparison_results import Compared
from jobs.api.lookup import Which, comparison_of, evaluation_sets_of, wanted_name
from jobs.api.section import Section
from jobs.api.waiting import wait_for_job
from jobs.experiments.experiments import Experiments
from jobs.queue.job import CANCELLED, DONE, FAILED, Job

if TYPE_CHECKING:
    from core.progress import Progress

GONE = "gone"


class ComparisonSection(Section):
    """Models are put side by side by what they answer. A comparison is meant by its number or name."""

    name = "comparisons"

    def all(self) -> list[SavedComparison]:
        """All comparisons, newest first."""
        return self._store.comparisons.all()

    def get(self, which: Which) -> SavedComparison:
        """One of them.

        Raises:
            StoreError: there is no such comparison.
        """
        return comparison_of(self._store.comparisons, which)

    def table(self) -> pd.DataFrame:
        """All comparisons of two models' answers: number, name, a, b, instructions."""
        lines = [
            (each.comparison_id, each.name, *(model["title"] for model in each.spec["models"]), each.prompts)
            for each in self.all()
        ]
        return pd.DataFrame(lines, columns=["number", "name", "a", "b", "instructions"])

    def models(self) -> Mapping[str, ComparedModel]:
        """All models that can be compared, by a key of their own, of the newest experiment first."""
        return comparable_models(self._store, Experiments(self._session.client))

    def models_table(self) -> pd.DataFrame:
        """All models that can be compared, of the newest experiment first: model (its key), name, experiment."""
        self._session.refresh()
        lines = [(key, model.title, model.experiment) for key, model in self.models().items()]
        return pd.DataFrame(lines, columns=["model", "name", "experiment"])

    def natural_pair(self) -> tuple[str, str] | None:
        """The keys of two models that ask to be compared; None where no model is tuned yet."""
        models = dict(self.models())
        return natural_pair(self._store, models) if models else None

    def start(
        self,
        a: str = "",
        b: str = "",
        instructions: int = USUAL_INSTRUCTIONS,
        evaluation_set: Which = "",
        name: str = "",
        wait: bool = True,
        seed: int = 0,
        progress: "Progress | None" = None,
        **answers: Any,
    ) -> Compared:
        """Let two models answer the same instructions.

        Args:
            a, b: models by their key or name (see `models_table`), or `untuned`; without both the sides of the newest
                proof, else the newest experiment's best set and the model before tuning.
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
        self._session.refresh()
        told, models = progress or self._session.progress, dict(self.models())
        one, other = wanted_pair(self._store, models, a, b)
        asked = evaluation_sets_of(self._store.evaluation_sets, [evaluation_set] if evaluation_set else [])[0]
        how = changed(AnswerSettings(seed=seed), answers, "answers")
        spec = ComparisonSpec((models[one], models[other]), how, asked.name, seed)
        examples = self._store.evaluation_sets.examples(asked.evaluation_set_id)
        with self._session.queue(told):
            number = self.begin(name or spec.title, spec, limit(examples, _not_negative(instructions), seed))
        return self.wait(number, told) if wait else self.status(number)

    def begin(self, name: str, spec: ComparisonSpec, prompts: Sequence[EvaluationExample]) -> int:
        """Keep a comparison and queue the answers that are not known yet; returns its number.

        Raises:
            JobError: no worker has ever run here, a model is not tuned, or there is nothing to ask.
            StorageFull: there is no space left.
        """
        return self._queue.start(self._store, name[:120], spec, prompts)

    def unknown_answers(self, spec: ComparisonSpec, prompts: Sequence[EvaluationExample]) -> int:
        """How many answers of both models to these instructions are not known yet."""
        keys = [prompt_key(each.instruction, each.input) for each in prompts]
        return sum(len(self._store.comparisons.unknown_prompts(spec.answer_key(side), keys)) for side in (0, 1))

    def answer_speed(self) -> float | None:
        """Tokens per second over all answers so far; None before there is any."""
        return self._store.comparisons.answer_speed()

    def wait(self, which: Which, progress: "Progress | None" = None) -> Compared:
        """Wait until both models have answered, with a worker of one's own where none runs.

        A job that has failed or was cancelled goes on where it stopped.

        Raises:
            StoreError: there is no such comparison, or answers are missing and their job is gone.
            JobError: the job has failed again, or the worker has ended.
        """
        found, told = self.status(which), progress or self._session.progress
        saved = self.get(found.number)
        if found.status == DONE:
            return found
        if found.status == GONE:
            raise StoreError(
                "The job of this comparison is missing.",
                where=saved.name,
                mend="Compare the same models again to generate the missing answers.",
            )
        if found.status in (FAILED, CANCELLED):
            self.retry(found.number)
        with self._session.worker(told) as own:
            wait_for_job(self._session.client, saved.job_id, told, own)
        return self.status(found.number)

    def status(self, which: Which) -> Compared:
        """How far the answers of a comparison are.

        Raises:
            StoreError: there is no such comparison.
        """
        self._session.refresh()
        return self.answered(which)

    def answered(self, which: Which) -> Compared:
        """The answers of a comparison that are in the store, and how far their job is.

        Raises:
            StoreError: there is no such comparison.
        """
        saved = self.get(which)
        pairs, (a, b) = self.pairs(saved.comparison_id), compared_models(saved.spec, saved.name).models
        lines = [(each.instruction, each.input, each.a, each.b) for each in pairs]
        answers = pd.DataFrame(lines, columns=["instruction", "input", "a", "b"])
        job = self._queue.job(saved.job_id)
        waits = GONE if job is None or job.status == DONE else job.status
        status = DONE if len(pairs) == saved.prompts else waits
        return Compared(saved.comparison_id, saved.name, a.label, b.label, status, saved.prompts, answers)

    def pairs(self, which: Which) -> list[AnswerPair]:
        """The instructions that both models have answered so far.

        Raises:
            StoreError: there is no such comparison.
        """
        return pairs_of(self._store, self.get(which))

    def job(self, which: Which) -> Job | None:
        """The job that makes the answers; None where none is needed, or it is not here any more.

        Raises:
            StoreError: there is no such comparison.
        """
        return self._queue.job(self.get(which).job_id)

    def retry(self, which: Which) -> None:
        """Queue the job that makes the answers again; it goes on where it stopped.

        Raises:
            StoreError: there is no such comparison.
            JobError: its job neither failed nor was cancelled.
        """
        self._session.client.retry(self.get(which).job_id)

    def rename(self, which: Which, name: str) -> str:
        """Give a comparison another name; returns it.

        Raises:
            StoreError: there is no such comparison.
            InputError: this can't be a name.
        """
        number, wanted = self.get(which).comparison_id, wanted_name(name)
        self._store.comparisons.rename(number, wanted)
        return wanted

    def delete(self, which: Which) -> None:
        """Stop a comparison's job and delete it with what people chose; answers and paid replies stay.

        Raises:
            StoreError: there is no such comparison.
            JobError: it may have work in a queue that can't be reached.
        """
        saved = self.get(which)
        with self._session.queue(self._session.progress) if saved.job_id else nullcontext():
            self._queue.remove(self._store, saved.comparison_id)

    @property
    def _queue(self) -> Comparisons:
        return Comparisons(self._session.client)


def _not_negative(instructions: int) -> int:
    if instructions < 0:
        raise InputError(f"instructions is {instructions}.", mend="Use 1 or more, or 0 for all.")
    return instructions
