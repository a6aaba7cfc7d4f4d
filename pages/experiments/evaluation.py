"""The evaluation set: chosen, looked at, loaded from a file, deleted."""

from pathlib import Path

import streamlit as st

from core.errors import InputError, StudioError
from core.experiments.plan import ExperimentPlan
from core.rows.evaluation_set import EvaluationExample, limit, read_evaluation_file
from core.store import EvaluationSet
from core.workspace.deletion import FATE
from pages.components.tuning.experiment_settings import bound, change_plan, chosen_evaluation
from pages.components.workspace import show_error, studio

PREVIEW = 50


def evaluation_choice(plan: ExperimentPlan) -> None:
    """On which reference responses loss is measured, and on how many of them."""
    st.markdown("**Evaluation**")
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if sets:
        numbers = list(sets)
        st.selectbox(
            "Evaluation set", numbers, format_func=lambda n: sets[n].name, **bound(plan, "evaluation_set", numbers)
        )
        chosen = chosen_evaluation(plan)
        st.caption(
            f"{chosen.examples:,} instructions with {chosen.responses:,} reference responses. {chosen.description}"
        )
    else:
        st.info("No evaluation sets. Load one: instructions, each with one or more reference responses.")
    with st.container(horizontal=True):
        if st.button("Load evaluation set", icon=":material/upload:"):
            _load_dialog()
        if sets and st.button("Preview", icon=":material/visibility:"):
            _preview(chosen)
        if sets and st.button("Delete", key="delete evaluation", icon=":material/delete:"):
            _delete(chosen)
    if not sets:
        return
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
    if plan.responses > chosen.responses:
        st.caption(f":material/info: The set has {chosen.responses:,} responses; all are used.")


def wanted_examples(plan: ExperimentPlan) -> list[EvaluationExample]:
    """The examples on which the experiment measures.

    Raises:
        StoreError: there is no evaluation set.
    """
    chosen = chosen_evaluation(plan)
    return limit(studio().evaluation_sets.examples(chosen.evaluation_set_id), plan.responses, plan.seed)


@st.dialog("Load an evaluation set", width="large")
def _load_dialog() -> None:
    st.caption(
        'JSON Lines, one instruction per line: `{"instruction": …, "input": …, "outputs": [reference responses]}`, '
        "or `output` for a single response."
    )
    upload, path = st.tabs(["Upload a file", "Path of a file"])
    file = upload.file_uploader("File", ["jsonl", "json"], key="evaluation upload")
    typed = path.text_input("Path of a file", placeholder="/home/me/data/evaluation.jsonl", key="evaluation path")
    try:
        if file is not None:
            examples, suggestion = studio().evaluation_sets.read(file.name, file.getbuffer()), Path(file.name).stem
        elif typed.strip():
            found = Path(typed.strip().strip("'\"")).expanduser()
            if not found.is_file():
                raise InputError("File not found.", where=str(found), mend="Check the path.")
            examples, suggestion = read_evaluation_file(found), found.stem
        else:
            return
    except StudioError as error:
        show_error(error)
        return
    _table(examples)
    responses = sum(len(each.outputs) for each in examples)
    st.caption(f"{len(examples):,} instructions with {responses:,} responses.")
    name = st.text_input("Name", suggestion, max_chars=120, key=f"evaluation name {suggestion}").strip()
    if st.button("Save", type="primary", disabled=not name):
        try:
            change_plan(evaluation_set=studio().evaluation_sets.add(name, examples).evaluation_set_id)
        except StudioError as error:
            show_error(error)
            return
        st.rerun()


@st.dialog("Evaluation set", width="large")
def _preview(chosen: EvaluationSet) -> None:
    st.caption(f"First instructions of **{chosen.name}** ({chosen.examples:,}) with their reference responses.")
    _table(studio().evaluation_sets.examples(chosen.evaluation_set_id))


def _table(examples: list[EvaluationExample]) -> None:
    most = max(len(each.outputs) for each in examples)
    lines = [
        {"Instruction": each.prompt}
        | {f"Response {i + 1}": each.outputs[i] if i < len(each.outputs) else "" for i in range(min(most, 5))}
        for each in examples[:PREVIEW]
    ]
    st.dataframe(lines, hide_index=True, height=380)


@st.dialog("Delete evaluation set?")
def _delete(chosen: EvaluationSet) -> None:
    st.markdown(f"**{chosen.name}** will be deleted. {FATE['evaluation-set']}")
    yes, no = st.columns(2)
    if yes.button("Delete evaluation set", key="delete evaluation now", type="primary", width="stretch"):
        try:
            studio().evaluation_sets.delete(chosen.evaluation_set_id)
        except StudioError as error:
            show_error(error)
            return
        st.rerun()
    if no.button("Cancel", key="keep evaluation", width="stretch"):
        st.rerun()
