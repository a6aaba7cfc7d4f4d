"""The scoring job: rows that lack scores, chunk by chunk, then the indicators that compare all rows of the dataset."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from core.datasets.score_keys import profile_of_keys
from core.errors import JobError
from core.indicators import indicator
from core.indicators.base import Scope
from core.indicators.needs import Needs
from core.indicators.row_pool import RowPool
from core.indicators.scoring import NO_MODEL, needs_of, score_chunk, score_pool, scorer_key
from core.models.profiles import Profile, profile
from core.models.threads import use_free_cores
from jobs.queue.durable import DurableStep
from jobs.queue.folder import JobFolder
from jobs.queue.progress import JobProgress
from jobs.queue.resources import Models
from jobs.queue.tables import read_embeddings, write_embeddings
from jobs.scoring.chunks import ChunkPlan, plan_chunks, read_chunk, read_pool, write_scores
from jobs.scoring.own_code import use_own_code
from jobs.scoring.spec import ScoringSpec
from jobs.scoring.targeted import TargetedScoring

POOL_PART = "scores-pool.parquet"
Result = TypeVar("Result")


class ScoringJob:
    """One run of a scoring job, the first or a later one that goes on where an earlier one stopped."""

    def __init__(
        self,
        folder: JobFolder,
        models: Models,
        cancelled: Callable[[], bool],
        own_code: bool = True,
        cache: Path | None = None,
    ) -> None:
        """Of a folder.

        Args:
            own_code: whether the user's own indicators may be run here.
            cache: where tuned models and gradients of rows outlast the job; None for its scratch folder.
        """
        self._folder, self._models, self._cancelled = folder, models, cancelled
        self._own_code, self._cache = own_code, cache or folder.scratch

    def run(self, step: DurableStep) -> None:
        """Compute what is still missing.

        Raises:
            Cancelled: the user has cancelled the job.
            StudioError: what stops it, in words for the user; it is written where the user sees it.
        """
        folder = self._folder
        if folder.state().stage == "done":
            return
        folder.remove_unfinished()
        spec = ScoringSpec.from_dict(folder.spec())
        use_own_code(folder, spec, self._own_code)
        self._profile = _profile_of(spec)
        spec = _with_keys_of_today(spec, self._profile)
        plans = plan_chunks(folder, spec)
        targeted = TargetedScoring(folder, spec, self._cache)
        characters = sum(plan.characters for plan in plans) + targeted.characters
        progress = JobProgress(folder, spec.rows + spec.targeted_rows, characters, self._cancelled)
        folder.log(f"Started: {', '.join(spec.indicators)}; {spec.rows} rows in {len(plans)} steps.")
        progress.begin("scoring", message="Loading the models")
        for plan in plans:
            ready = (folder.parts / plan.scores_name).exists()
            step(plan.scores_name, partial(self._score, spec, plan, progress))
            progress.finish(plan.rows, plan.characters, computed=not ready)
        if any(indicator(name).scope is Scope.POOL for name in spec.indicators):
            step(POOL_PART, lambda: self._compare(spec, progress))
        targeted.run(step, self._models.of(self._profile), progress)
        folder.log("Done.")
        progress.end("done")

    def _score(self, spec: ScoringSpec, plan: ChunkPlan, progress: JobProgress) -> int:
        """Score one chunk and write its parts, the scores last: where they are, the chunk is whole."""
        folder, models = self._folder, self._models.of(self._profile)
        progress.raise_if_cancelled()
        if (folder.parts / plan.scores_name).exists():
            return plan.rows
        progress.begin("scoring", plan.rows, plan.characters)
        use_free_cores()
        keys, rows = read_chunk(folder, plan)
        scored = score_chunk(rows, plan.indicators, models, models.profile, embed=plan.embed, progress=progress)
        if plan.embed and scored.embeddings is not None:
            write_embeddings(folder, plan.embeddings_name, keys, scored.embeddings, spec.embedding_model)
        values = {name: scored.values[name] for name in plan.indicators}
        write_scores(folder, plan.scores_name, keys, values, spec)
        return plan.rows

    def _compare(self, spec: ScoringSpec, progress: JobProgress) -> int:
        """Compute the indicators that depend on the whole dataset."""
        names = [name for name in spec.indicators if indicator(name).scope is Scope.POOL]
        titles = ", ".join(indicator(name).title for name in names)
        progress.begin("comparing", message=f"Computing {titles} of {spec.dataset_rows:,} rows")
        keys, pool = self._pool(spec, needs_of(names, self._profile), progress)
        write_scores(self._folder, POOL_PART, keys, score_pool(pool, names), spec)
        return len(keys)

    def _pool(self, spec: ScoringSpec, needs: Needs, progress: JobProgress) -> tuple[list[str], RowPool]:
        """The keys of all rows of the dataset, and what is needed of them in the same order.

        Raises:
            JobError: something of a row is missing.
        """
        keys: list[str] = []
        vectors, by_key = None, {}
        if needs.texts:
            keys, rows = read_pool(self._folder)
            by_key = dict(zip(keys, rows, strict=True))
        if needs.embeddings:
            keys, vectors = read_embeddings(self._folder)
        if len(keys) != spec.dataset_rows:
            what = "an embedding" if needs.embeddings else "their text"
            raise JobError(
                f"Only {len(keys)} of {spec.dataset_rows} rows have {what}.", mend="Score the dataset again."
            )
        return keys, RowPool(self._profile, vectors, lambda: [by_key[key] for key in keys], progress)


def _with_keys_of_today(spec: ScoringSpec, models: Profile) -> ScoringSpec:
    """The job with the keys of this version for what needs no model: a job of an earlier one goes on by its rules."""
    fingerprint = spec.pool_fingerprint
    keys = (
        scorer_key(each.indicator, models, fingerprint) if each.model == NO_MODEL else each for each in spec.scorers
    )
    return replace(spec, scorers=tuple(keys))


def _profile_of(spec: ScoringSpec) -> Profile:
    """The profile in the precision that the keys of the job's scores say.

    Raises:
        JobError: it has changed.
    """
    models, by_model = profile(spec.profile), [each for each in spec.scorers if each.model != NO_MODEL]
    found = profile_of_keys(models, spec.scorers, spec.pool_fingerprint, spec.guide) or profile_of_keys(
        models, by_model, spec.pool_fingerprint, spec.guide
    )
    if found is None:
        raise JobError(
            f"The model profile {spec.profile} has changed since this job was enqueued.",
            mend="Start the job again on the Indicators page.",
        )
    return found
