"""A scoring job is queued. What it needs is taken out of the store here, so that the worker never opens it."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from core.indicators import indicator
from core.indicators.base import Scope, ScorerKey
from core.indicators.scoring import embedding_model, needs_of
from core.indicators.target import Target
from core.models.profiles import profile
from core.store import Store
from jobs.client import JobClient
from jobs.queue.folder import JobFolder, new_folder
from jobs.queue.tables import write_vectors
from jobs.scoring.chunks import write_pool, write_rows
from jobs.scoring.kind import KIND
from jobs.scoring.own_code import write_own_code
from jobs.scoring.spec import ScoringSpec
from jobs.scoring.targeted import write_targeted


def enqueue_scoring(
    client: JobClient,
    store: Store,
    dataset_id: int,
    scorers: Sequence[ScorerKey],
    profile_name: str,
    target: Target | None = None,
    only: Collection[str] | None = None,
) -> str | None:
    """Queue the computation of what the store lacks of these scores for a dataset.

    Indicators that a waiting or running job computes for this dataset already are left to it.

    Args:
        scorers: the keys of the scores, all of one precision as far as they are missing.
        target: that is part of keys of targeted indicators.
        only: keys of the rows that are scored, None for all. What compares all rows is computed of all.

    Returns: the job's id; None when nothing is missing.

    Raises:
        JobError: no worker has ever run here.
        StoreError: there is no such dataset.
        StorageFull: there is no space left.
    """
    client.queue()
    client.take_in(store)
    with client.queueing:
        under_way = _under_way(client, dataset_id, profile_name, target)
        wanted = [key for key in scorers if key.indicator not in under_way]
        folder = wanted and new_scoring_folder(store, client.folder, dataset_id, wanted, profile_name, target, only)
        if not folder:
            return next((under_way[key.indicator] for key in scorers if key.indicator in under_way), None)
        client.enqueue(folder, KIND)
    return folder.job_id


def _under_way(client: JobClient, dataset_id: int, profile_name: str, target: Target | None) -> dict[str, str]:
    """Which indicators of a dataset are being computed, for this target, each with the job that does it."""
    return {
        name: job_id
        for job_id, spec in client.under_way(KIND)
        if (spec.dataset_id, spec.profile) == (dataset_id, profile_name)
        for name in spec.indicators
        if indicator(name).scope is not Scope.TARGET or (target is not None and spec.guide == target.digest)
    }


def new_scoring_folder(
    store: Store,
    jobs: Path,
    dataset_id: int,
    scorers: Sequence[ScorerKey],
    profile_name: str,
    target: Target | None = None,
    only: Collection[str] | None = None,
) -> JobFolder | None:
    """Write the folder of a job that computes what the store lacks.

    Args:
        store: holds the dataset.
        jobs: where the folders of jobs are.
        dataset_id: the dataset.
        scorers: the keys of the scores wanted.
        profile_name: the model profile.
        target: that is part of keys of targeted indicators.
        only: as of `enqueue_scoring`.

    Returns: the folder, or None when the store has every score already.

    Raises:
        StoreError: there is no such dataset.
        StorageFull: there is no space left; nothing is left behind.
    """
    dataset, models = store.datasets.get(dataset_id), profile(profile_name)
    missing = lacking_scores(store, dataset_id, scorers, only)
    if missing.num_rows == 0:
        return None
    lacking = {name for names in missing["missing"].to_pylist() for name in names}
    by_row = {name for name in lacking if indicator(name).scope is Scope.ROW}
    targeted = {name for name in lacking if indicator(name).scope is Scope.TARGET}
    pooled = lacking - by_row - targeted
    needs, needs_of_pool = needs_of(lacking, models), needs_of(pooled, models)
    cached = store.scores.cached_embeddings(dataset_id, embedding_model(models)) if needs.embeddings else None
    folder = new_folder(jobs)
    try:
        folder.create()
        rows = write_rows(folder, missing, by_row, None if cached is None else cached["key"].combine_chunks())
        if cached is not None:
            write_vectors(folder.input / "embeddings.parquet", cached)
        if needs_of_pool.texts:
            write_pool(folder, missing)
        targeted_rows = 0
        if targeted and target:
            by_key = zip(missing["key"].to_pylist(), missing["missing"].to_pylist(), strict=True)
            absent = {key: targeted.intersection(names) for key, names in by_key}
            every = [row for batch in store.rows.iterate(dataset_id) for _, row in batch]
            targeted_rows = write_targeted(folder, every, absent, target.guide)
        own = write_own_code(folder, sorted(lacking))
        spec = ScoringSpec(
            title=f"Score {dataset.name}",
            dataset_id=dataset_id,
            dataset_name=dataset.name,
            dataset_rows=dataset.rows,
            rows=rows,
            profile=profile_name,
            scorers=tuple(scorer for scorer in scorers if scorer.indicator in lacking),
            pool_fingerprint=dataset.fingerprint if pooled or targeted else "",
            embedding_model=embedding_model(models) if needs.embeddings else "",
            own=own,
            guide=target.digest if targeted and target else "",
            target=target.name if targeted and target else "",
            targeted_rows=targeted_rows,
        )
        folder.write_spec(spec.as_dict())
    except BaseException:
        folder.remove()
        raise
    return folder


def lacking_scores(
    store: Store, dataset_id: int, scorers: Sequence[ScorerKey], only: Collection[str] | None = None
) -> pa.Table:
    """What `core.store.scores` has of missing scores, less what rows lack that are not asked for."""
    missing = store.scores.missing(dataset_id, scorers)
    if only is None:
        return missing
    found = [
        names if key in only else [name for name in names if indicator(name).scope is Scope.POOL]
        for key, names in zip(missing["key"].to_pylist(), missing["missing"].to_pylist(), strict=True)
    ]
    place = missing.schema.get_field_index("missing")
    narrowed = missing.set_column(place, "missing", pa.array(found, pa.list_(pa.string())))
    return narrowed.filter(pa.array([bool(names) for names in found], pa.bool_()))
