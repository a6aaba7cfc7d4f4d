"""How models are tuned and on what they are measured, asked in the same way by a proof and by a search of the size."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.experiments.plan import ExperimentPlan, for_other_sets
from core.experiments.presets import PRESETS
from core.finetune.settings import Precision
from core.models.profiles import profiles
from pages.components.tuning.evaluation_load import no_evaluation_sets
from pages.components.tuning.experiment_settings import precisions
from pages.components.workspace import studio

SIZES = {name: PRESETS[name].title for name in ("taste", "workstation")}


def tuning_choice(form: str) -> ExperimentPlan | None:
    """The choices as a plan that has no sets yet; None where there is no evaluation set, which is said on screen.

    Args:
        form: whose choice it is: the first word of the widgets' keys.
    """
    st.markdown("**Tuning and evaluation**")
    size = st.segmented_control(
        "Preset", list(SIZES), format_func=SIZES.__getitem__, required=True, key=kept(f"{form} size", "taste"),
        on_change=_use_size, args=(form,),
    ) or "taste"  # fmt: skip
    titles = {name: each.title for name, each in profiles().items()}
    model = st.selectbox("Model", list(titles), format_func=titles.__getitem__, key=kept(f"{form} profile", "embedded"))
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if not sets:
        no_evaluation_sets()
        return None
    if st.session_state.get(f"{form} evaluation") not in sets:
        st.session_state[f"{form} evaluation"] = next(iter(sets))
    evaluation = st.selectbox(
        "Evaluation set",
        list(sets),
        format_func=lambda n: sets[n].name,
        key=f"{form} evaluation",
    )
    for key, value in values_of(form, size).items():
        kept(key, value)
    columns = st.columns(3)
    epochs = columns[0].number_input("Epochs", 1, 100, key=f"{form} epochs")
    responses = columns[1].number_input(
        "Responses", 0, help="Reference responses to evaluate on. 0: all.", key=f"{form} responses"
    )
    tokens = columns[2].number_input(
        "Maximum tokens", 16, 8_192, step=64, help=("Prompts and responses longer than this are truncated in the "
                                                "evaluation."),
        key=f"{form} tokens",
    )  # fmt: skip
    return replace(
        for_other_sets(ExperimentPlan.of_preset(PRESETS[size], Precision(precisions()[0]))),
        designed_sets=0,
        fused_sets=0,
        evaluation_set=evaluation,
        responses=int(responses),
        max_evaluation_tokens=int(tokens),
        epochs=int(epochs),
        profile=model,
    )


def kept(key: str, otherwise: Any) -> str:
    """A widget's key, holding a value also where the widget was not shown for a while."""
    st.session_state.setdefault(key, otherwise)
    return key


def values_of(form: str, size: str) -> dict[str, Any]:
    """What a size fills into the widgets of a form, by their keys."""
    preset = PRESETS[size]
    return {
        f"{form} size": size,
        f"{form} epochs": preset.epochs,
        f"{form} responses": preset.responses,
        f"{form} tokens": preset.max_evaluation_tokens,
    }


def chosen_in(form: str, plan: ExperimentPlan) -> dict[str, Any]:
    """What a plan that there is fills into the widgets of a form, its place in the queue included."""
    return {
        f"{form} size": plan.preset if plan.preset in SIZES else "taste",
        f"{form} profile": plan.profile,
        f"{form} evaluation": plan.evaluation_set,
        f"{form} epochs": plan.epochs,
        f"{form} responses": plan.responses,
        f"{form} tokens": plan.max_evaluation_tokens,
        f"{form} priority": plan.priority,
    }


def _use_size(form: str) -> None:
    st.session_state.update(values_of(form, st.session_state[f"{form} size"]))
