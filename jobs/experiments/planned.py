"""A plan and the sets that were made of it, as an experiment that can be started."""

from collections.abc import Mapping
from typing import Any

from core.errors import StoreError
from core.experiments.draft import Draft
from core.experiments.plan import PRIORITIES, ExperimentPlan
from core.experiments.questions import evaluation_title
from core.store.evaluation_sets import EvaluationTables
from jobs.experiments.new_experiment import NewExperiment


def planned(
    evaluation_sets: EvaluationTables,
    plan: ExperimentPlan,
    made: Draft,
    name: str,
    kept: Mapping[str, Any] | None = None,
) -> NewExperiment:
    """The experiment of a plan.

    Args:
        made: its sets.
        kept: JSON values to keep with the plan, such as what is to be proved.

    Raises:
        StoreError: the evaluation set is not here any more.
    """
    evaluation = {each.evaluation_set_id: each.name for each in evaluation_sets.all()}
    if plan.evaluation_set not in evaluation:
        raise StoreError("No evaluation set.", mend="Load one on the Experiments page.")
    return NewExperiment(
        name=name,
        profile=plan.profile,
        sets=made.sets,
        tuning=plan.tuning,
        evaluation_name=evaluation_title(evaluation[plan.evaluation_set], made.evaluation_part),
        examples=made.examples,
        evaluation=made.evaluation,
        priority=PRIORITIES[plan.priority],
        max_evaluation_tokens=plan.max_evaluation_tokens,
        max_cache_gb=plan.max_cache_gb,
        plan=plan.as_dict() | dict(kept or {}),
    )
