"""Losses that this tournament or an earlier one has measured: it goes on from them and tunes on nothing twice.

A loss belongs to the rows in their order, the tuning with its seed, the model and the evaluation examples. Where all of
these are the same, tuning again would give the same number.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.experiments.rule_data import comparable
from core.experiments.tournament.ladder import Runner
from core.experiments.tournament.plan import tournament_of
from core.rows.candidate_set import CandidateSet
from jobs.experiments.folder import ExperimentFolder
from jobs.queue.folder import JobFolder, job_file

if TYPE_CHECKING:
    from core.store import SavedExperiment, Store

KNOWN = "known.parquet"  # in the input: source, example, response, tokens, loss_nats_per_token


def keep_known(
    store: "Store", folder: ExperimentFolder, spec: Mapping[str, Any], sets: Mapping[int, CandidateSet]
) -> int:
    """Write into a tournament's input what earlier ones have measured of its sets; returns of how many.

    Args:
        spec: of the tournament, as its experiment will have it.
        sets: all on which it may tune, by number in the input.

    Raises:
        StorageFull: there is no space left.
    """
    wanted = {_identity(each): number for number, each in sets.items()}
    found: dict[int, pd.DataFrame] = {}
    for earlier in store.experiments.all():
        if not _alike(earlier, spec, folder):
            continue
        losses = dict(list(store.experiments.example_losses(earlier.job_id).groupby("number")))
        for number, each in enumerate(store.experiments.candidate_sets(earlier.experiment_id), start=1):
            source = wanted.get(_identity(each))
            if source is not None and number in losses:
                found.setdefault(source, losses[number].drop(columns="number").assign(source=source))
    if found:
        table = pa.Table.from_pandas(pd.concat(found.values()), preserve_index=False)
        with job_file(folder.job.input / KNOWN) as partial:
            pq.write_table(table, partial)
    return len(found)


def take_known(folder: ExperimentFolder, source: int, number: int) -> bool:
    """Make what is known of a set of the input the losses of the set of this number; whether anything is.

    Raises:
        StorageFull: there is no space left.
    """
    known = folder.job.input / KNOWN
    if not known.exists():
        return False
    table = pq.read_table(known, filters=[("source", "=", source)])
    if not table.num_rows:
        return False
    numbered = table.drop_columns("source").append_column("number", pa.array([number] * table.num_rows, pa.int64()))
    with job_file(folder.job.parts / folder.losses_part(number)) as partial:
        pq.write_table(numbered, partial, compression="zstd")
    return True


def alike_sets(folder: ExperimentFolder, runners: Iterable[Runner]) -> dict[int, int]:
    """By number in the input, the first set that has the same rows in the same order, tuned with the same seed."""
    table = pq.read_table(folder.job.input / "sets.parquet").sort_by(
        [("number", "ascending"), ("position", "ascending")]
    )
    lines = table.to_pandas().groupby("number")["line"].agg(tuple)
    first: dict[tuple, int] = {}
    return {each.number: first.setdefault((each.tuning_seed, lines[each.number]), each.number) for each in runners}


def take_alike(folder: ExperimentFolder, other: int, number: int) -> None:
    """Make the losses of a set those of the set of this number, which has the same rows.

    Raises:
        StorageFull: there is no space left.
    """
    table = pq.read_table(folder.job.parts / folder.losses_part(other))
    place = table.schema.get_field_index("number")
    numbered = table.set_column(place, "number", pa.array([number] * table.num_rows, pa.int64()))
    with job_file(folder.job.parts / folder.losses_part(number)) as partial:
        pq.write_table(numbered, partial, compression="zstd")


def _identity(each: CandidateSet) -> tuple:
    rows = tuple(each.members[["dataset_id", "row_id"]].itertuples(index=False, name=None))
    return each.detail.get("tuning_seed"), rows


def _alike(earlier: "SavedExperiment", spec: Mapping[str, Any], folder: ExperimentFolder) -> bool:
    """Whether an earlier tournament tuned and measured alike, on the very same examples."""
    if tournament_of(earlier.spec) is None:
        return False
    examples = JobFolder(folder.job.path.parent / earlier.job_id).input / "evaluation.jsonl"
    same = examples.is_file() and examples.read_bytes() == (folder.job.input / "evaluation.jsonl").read_bytes()
    return same and comparable(earlier.spec, spec)
