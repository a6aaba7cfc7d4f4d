"""A search of the subset size on the worker: an experiment whose sets are added as the search goes on.

The set that is through last asks for the next ones before it counts as done, so that the search needs no workflow of
its own, and is paused, resumed, cancelled and retried as every experiment is. What comes next follows from the parts
that are there; so a worker that is killed on the way adds the same sets again and measures none of them twice.
"""

import pandas as pd
import pyarrow.parquet as pq

from core.experiments.size.curve import SizeLoss, size_losses
from core.experiments.size.plan import SizePlan
from core.experiments.size.search import SearchCost, SearchEnd, next_size
from core.humanize import counted
from core.rows.candidate_set import Kind
from jobs.experiments.folder import RANKING, ExperimentFolder
from jobs.experiments.spec import ExperimentSpec, SetPlan


def next_sizes(folder: ExperimentFolder) -> list[int]:
    """The numbers of the sets to be queued now; none when the search is over.

    While a set of the last size is not measured, these are all of its sets that are not: queueing one again that waits,
    runs or was stopped changes nothing.

    Raises:
        StorageFull: there is no space left.
    """
    spec = folder.spec()
    search = spec.search
    assert search is not None
    added = [each for each in spec.sets if each.rows]
    begun = len(added) % search.seeds
    if begun:  # a worker was killed between the seeds of a size
        added += _add_size(folder, search, added[-1].rows, added, begun)
    open_ones = [each.number for each in added if not (folder.job.parts / folder.losses_part(each.number)).exists()]
    if open_ones:
        return open_ones
    found = next_size(search, spec.tuning.epochs, _measured(folder, added), _spent(folder, spec, added))
    if isinstance(found, SearchEnd):
        folder.end(found.said)
        folder.job.log(found.said)
        return []
    folder.job.log(f"Next size: {found:,} rows.")
    return [each.number for each in _add_size(folder, search, found, added)]


def _add_size(
    folder: ExperimentFolder, search: SizePlan, rows: int, before: list[SetPlan], begun: int = 0
) -> list[SetPlan]:
    """Add a set for each seed of a size, but for the first `begun` of them, which are there already."""
    size = counted(rows, "row")
    plans = []
    for number, place in enumerate(range(begun, search.seeds), start=len(before) + 1):
        seed = search.seed + place
        name = f"{size}, seed {seed}" if search.seeds > 1 else size
        plans.append(SetPlan(number, name, Kind.BEST, rows, seed, RANKING))
        folder.add_set(plans[-1], {"rows": rows})
    return plans


def _measured(folder: ExperimentFolder, added: list[SetPlan]) -> list[SizeLoss]:
    if not added:
        return []
    parts = [pq.read_table(folder.job.parts / folder.losses_part(each.number)).to_pandas() for each in added]
    return size_losses(pd.concat(parts), {each.number: each.rows for each in added})


def _spent(folder: ExperimentFolder, spec: ExperimentSpec, added: list[SetPlan]) -> SearchCost:
    seconds = [
        pq.read_table(folder.job.parts / folder.tuned_part(each.number))["tuning_seconds"][0].as_py() for each in added
    ]
    return SearchCost(sum(each.rows for each in added) * spec.tuning.epochs, sum(seconds))
