"""What an experiment needs is taken out of the store here, so that the worker never opens it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.datasets.contamination import EvaluationPrompts
from core.errors import JobError
from core.experiments.size.plan import size_plan_of
from core.experiments.tournament.ladder import ladder_of
from core.experiments.tournament.plan import tournament_of
from core.finetune.settings import TuningSettings
from core.rows.candidate_set import UNTUNED, CandidateSet
from core.rows.evaluation_set import EvaluationExample, digest_of
from core.store import Store
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.known_losses import keep_known
from jobs.experiments.spec import ExperimentSpec, SetPlan
from jobs.queue.folder import JobFolder, new_folder


@dataclass(frozen=True)
class NewExperiment:
    """What the user asks for.

    Attributes:
        examples: on which every set is measured, already limited to what is wanted.
        evaluation: the whole evaluation set, where the examples are a part of it: no training row may ask anything of
            it.
        plan: how the sets were made, as JSON values, so that the experiment can be cloned with changes. In a search of
            the size the one set is the ranking from whose first rows the sets will be made, in a tournament the sets
            are all on which it may tune.
    """

    name: str
    profile: str
    sets: Sequence[CandidateSet]
    tuning: TuningSettings
    evaluation_name: str
    examples: Sequence[EvaluationExample]
    max_evaluation_tokens: int = 512
    priority: int = 10
    evaluation: Sequence[EvaluationExample] = ()
    plan: dict[str, Any] | None = None
    max_cache_gb: float = 0.0


def new_experiment_folder(store: Store, jobs: Path, wanted: NewExperiment) -> tuple[JobFolder, int]:
    """Keep an experiment in the store and write the folder of its job.

    The store comes last: where this process is killed before, nothing is begun; where it is killed after, the job is
    whole and is queued at the next start (`jobs.client.JobClient.queue_begun`).

    Returns: the folder and the experiment's number.

    Raises:
        JobError: there is nothing to tune on or to measure, or training rows ask what the evaluation set asks.
        StorageFull: there is no space left; nothing is left behind.
    """
    if not wanted.sets or not wanted.examples:
        raise JobError(
            "An experiment needs at least one candidate set and one evaluation example.",
            where=wanted.name,
            mend="Choose datasets and an evaluation set.",
        )
    numbers = sorted({int(row) for each in wanted.sets for row in each.members["row_id"]})
    rows = store.rows.get(numbers)
    if len(rows) < len(numbers):
        raise JobError(
            f"{len(numbers) - len(rows)} rows of the sets have been deleted.", mend="Draw the candidate sets again."
        )
    found = EvaluationPrompts(wanted.evaluation or wanted.examples).find([rows[n].prompt for n in numbers])
    if found:
        same = sum(each.exact for each in found)
        raise JobError(
            f"{len(found)} training rows repeat an evaluation instruction, {same} in the same words and "
            f"{len(found) - same} in nearly the same, for example: “{rows[numbers[found[0].row]].prompt[:80]}”.",
            where=wanted.name,
            mend="Exclude these rows from the candidate sets: a model tuned on them would look better than it is.",
        )
    untuned = SetPlan(UNTUNED, "untuned", "untuned", 0)
    search = size_plan_of({"plan": wanted.plan or {}})
    tournament = tournament_of({"plan": wanted.plan or {}})
    ladder = ladder_of(tournament, enumerate(wanted.sets, start=1)) if tournament else None
    known = [] if search or ladder else wanted.sets
    numbered = enumerate(known, start=1)
    plans = (
        untuned,
        *(SetPlan(n, each.name, str(each.kind), each.rows, each.detail.get("tuning_seed")) for n, each in numbered),
    )
    folder, experiment_id = new_folder(jobs), store.experiments.next_number()
    try:
        spec = {
            "profile": wanted.profile,
            "tuning": wanted.tuning.as_dict(),
            "evaluation": wanted.evaluation_name,
            "questions": digest_of(wanted.examples),
            "responses": sum(len(each.outputs) for each in wanted.examples),
            "max_evaluation_tokens": wanted.max_evaluation_tokens,
            "priority": wanted.priority,
            "plan": wanted.plan or {},
        }
        folder.create()
        ExperimentFolder(folder).write_input(rows, wanted.sets, wanted.examples)
        frozen = ExperimentSpec(
            title=wanted.name,
            experiment_id=experiment_id,
            profile=wanted.profile,
            tuning=wanted.tuning,
            evaluation_name=wanted.evaluation_name,
            max_evaluation_tokens=wanted.max_evaluation_tokens,
            sets=plans,
            priority=wanted.priority,
            search=search,
            tournament=ladder,
            max_cache_bytes=round(wanted.max_cache_gb * 1e9),
        )
        if ladder:
            keep_known(store, ExperimentFolder(folder), spec, dict(enumerate(wanted.sets, start=1)))
        folder.write_spec(frozen.as_dict())
        store.experiments.add(wanted.name, spec, known, folder.job_id, experiment_id)
    except BaseException:
        folder.remove()
        raise
    return folder, experiment_id
