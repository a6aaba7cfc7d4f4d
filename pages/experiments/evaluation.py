"""The evaluation set: chosen, with its parts; looked at, deleted."""

import streamlit as st

from core.experiments.plan import ExperimentPlan
from core.experiments.questions import BEFORE_PROOF, before_proof
from core.humanize import counted
from core.store import EvaluationSet
from core.workspace.deletion import FATE
from pages.components.confirm import confirm
from pages.components.foreign_text import plain
from pages.components.tuning.evaluation_load import examples_table, new_evaluation_set, no_evaluation_sets
from pages.components.tuning.experiment_settings import bound, chosen_evaluation
from pages.components.workspace import studio
from pages.experiments.evaluation_parts import parts_dialog, show_parts


def evaluation_choice(plan: ExperimentPlan) -> None:
    """On which reference responses loss is measured, and on how many of them."""
    st.markdown("**Evaluation**")
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if not sets:
        no_evaluation_sets()
        return
    numbers = list(sets)
    st.selectbox(
        "Evaluation set", numbers, format_func=lambda n: sets[n].name, **bound(plan, "evaluation_set", numbers)
    )
    chosen = chosen_evaluation(plan)
    st.caption(
        f"{chosen.examples:,} instructions with {chosen.responses:,} reference responses. {plain(chosen.description)}"
    )
    measured = before_proof(studio().evaluation_sets.parts(chosen.evaluation_set_id))
    responses = sum(len(each.outputs) for each in measured)
    st.caption(_measured(chosen, len(measured), responses))
    show_parts(chosen)
    with st.container(horizontal=True):
        new_evaluation_set()
        if st.button("Parts", icon=":material/pie_chart:", help="Set the shares and the transfer part."):
            parts_dialog(chosen)
        if st.button("Preview", icon=":material/visibility:"):
            _preview(chosen)
        if st.button("Delete", key="delete evaluation", icon=":material/delete:"):
            _delete(chosen)
    left, right = st.columns(2)
    left.number_input(
        "Responses",
        0,
        help="Number of reference responses to evaluate on, spread over the instructions. 0: all.",
        **bound(plan, "responses"),
    )
    right.number_input(
        "Maximum tokens",
        16,
        8_192,
        step=64,
        help="Prompts and responses longer than this are truncated, for all models alike.",
        **bound(plan, "max_evaluation_tokens"),
    )
    if plan.responses > responses:
        st.caption(f":material/info: There are {responses:,} responses to evaluate on; all are used.")


def _measured(chosen: EvaluationSet, instructions: int, responses: int) -> str:
    """Of how much of the evaluation set loss is measured."""
    if instructions == chosen.examples:
        return "Evaluated on all of them: the set has no test part apart from them."
    found = f"{counted(instructions, 'instruction')} with {counted(responses, 'response')}"
    return f"Evaluated on {BEFORE_PROOF}: {found}. The test part is left to proofs."


@st.dialog("Evaluation set", width="large")
def _preview(chosen: EvaluationSet) -> None:
    st.caption(f"First instructions of **{plain(chosen.name)}** ({chosen.examples:,}) with their reference responses.")
    examples_table(studio().evaluation_sets.examples(chosen.evaluation_set_id))


@st.dialog("Delete evaluation set?")
def _delete(chosen: EvaluationSet) -> None:
    st.markdown(f"**{plain(chosen.name)}** will be deleted. {FATE['evaluation-set']}")
    confirm(
        "Delete evaluation set",
        lambda: studio().evaluation_sets.delete(chosen.evaluation_set_id),
        key="delete evaluation now",
    )
