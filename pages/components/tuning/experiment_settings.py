"""What the wizard of experiments asks for: one setting, so that it survives a reload and a restart."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.errors import StoreError
from core.experiments.plan import ExperimentPlan, first_plan
from core.experiments.presets import PRESETS
from core.finetune.settings import Precision
from core.models.profiles import profiles
from core.store import EvaluationSet
from core.values import mended
from pages.components.shown_value import Takes, tied
from pages.components.workspace import change_setting, set_setting, setting, studio

SETTING = "experiment_plan"
SHOWN = "experiment"  # the address's name for what is shown: a number, a form, or nothing for the list
STATE = "experiment shown"
NEW, TOURNAMENT = "new", "tournament"  # the forms
STEPS = ("Data", "Model and evaluation", "Review and start")
STEP = "experiment step"


def precisions() -> tuple[Precision, ...]:
    """What this computer tunes in, best first; torch stays unloaded."""
    return studio().experiments.precisions()


def current_plan() -> ExperimentPlan:
    """The plan as it was last left, without what has been deleted since."""
    kept = setting(SETTING)
    plan = mended(ExperimentPlan, kept) if kept else first_plan(precisions()[0])
    datasets = [each.dataset_id for each in studio().datasets.all()]
    selections = {each.selection_id for each in studio().selections.all()}
    evaluations = [each.evaluation_set_id for each in studio().evaluation_sets.all()]
    return replace(
        plan,
        dataset_ids=tuple(each for each in plan.dataset_ids if each in datasets),
        level_dataset=_present(plan.level_dataset, datasets),
        selection_ids=tuple(each for each in plan.selection_ids if each in selections),
        evaluation_set=_present(plan.evaluation_set, evaluations),
        profile=plan.profile if plan.profile in profiles() else next(iter(profiles())),
    )


def _present(wish: int, present: list[int]) -> int:
    return wish if wish in present or not present else present[0]


def change_plan(**values: Any) -> None:
    """Change some choices and keep the plan."""
    change_setting(SETTING, lambda: replace(current_plan(), **values).as_dict())


def set_plan(plan: ExperimentPlan) -> None:
    set_setting(SETTING, plan.as_dict())


def bound(plan: ExperimentPlan, name: str, takes: Takes = "value") -> dict[str, Any]:
    """Arguments that tie a widget to a choice of the plan; `takes` as in `tied`."""
    value = getattr(plan, name)
    shown = list(value) if isinstance(value, tuple) else value
    return tied(f"experiment {name}", shown, partial(_keep, name), takes)


def _keep(name: str, value: Any) -> None:
    if value is not None:
        change_plan(**{name: tuple(value) if isinstance(value, list) else value})


def chosen_evaluation(plan: ExperimentPlan) -> EvaluationSet:
    """The evaluation set of the plan.

    Raises:
        StoreError: there is none at all.
    """
    found = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if plan.evaluation_set not in found:
        raise StoreError("No evaluation set.", mend="Load one in the previous step.")
    return found[plan.evaluation_set]


def begin(preset: str) -> None:
    """Open the wizard at its first step with a preset."""
    use_preset(preset)
    open_wizard()


def use_preset(preset: str) -> None:
    """Take a preset's sizes; what is chosen of the data stays."""
    now, fresh = current_plan(), ExperimentPlan.of_preset(PRESETS[preset], precisions()[0])
    kept = ("name", "dataset_ids", "level_dataset", "level_indicators", "selection_ids", "seed", "evaluation_set")
    set_plan(replace(fresh, **{name: getattr(now, name) for name in kept}))


def open_wizard(plan: ExperimentPlan | None = None) -> None:
    """Open the wizard, with this plan in place of the one last left."""
    if plan is not None:
        set_plan(plan)
    st.session_state[STEP] = STEPS[0]
    show_form(NEW)


def show_form(form: str) -> None:
    """Turn to a form: NEW or TOURNAMENT."""
    st.session_state[STATE] = form


def show(experiment_id: int | None) -> None:
    """Turn to an experiment, or back to the list."""
    st.session_state[STATE] = "" if experiment_id is None else str(experiment_id)


def shown_now() -> str:
    """A number, a form, or "" for the list; the address says it too, so that a reload comes back to it.

    The address alone would not do: a fragment's own rerun may bring an older one from the browser.
    """
    shown = str(st.session_state.setdefault(STATE, st.query_params.get(SHOWN, "")))
    if st.query_params.get(SHOWN, "") != shown:
        if shown:
            st.query_params[SHOWN] = shown
        else:
            del st.query_params[SHOWN]
    return shown
