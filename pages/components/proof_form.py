"""Proving a saved selection: against what, how often, how the models are tuned, and on what they are measured."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import StoreError
from core.experiment_plan import ExperimentPlan
from core.finetune.settings import Precision
from core.presets import PRESETS
from core.profiles import profiles
from core.proof import ProofPlan
from core.selection_record import SelectionRecord
from core.selection_spec import RankBy
from core.store import SavedSelection
from pages.components.experiment_form import precisions
from pages.components.proof_start import forget_proof_draft, proof_start
from pages.components.workspace import show_error, store

SELECTION = "proof of"
SIZES = {name: PRESETS[name].title for name in ("taste", "workstation")}
LOWEST, WHOLE = "lowest", "whole"
FRESH: dict[str, Any] = {
    "proof seeds": 3, "proof arms": [], "proof profile": "embedded", "proof priority": "normal", "proof name": ""
}  # fmt: skip
ARMS = {LOWEST: "Lowest-ranked rows", WHOLE: "All rows, once"}


def open_proof(selection_id: int) -> None:
    """A callback: ask how a selection is to be proved, in place of the list."""
    forget_proof_draft()
    st.session_state[SELECTION] = selection_id
    st.session_state.update(_sizes("taste") | FRESH)


def open_proof_again(proof: ProofPlan, plan: ExperimentPlan, name: str) -> None:
    """Ask anew how a selection is to be proved, beginning with the choices of a proof that there is."""
    open_proof(proof.selection_id)
    arms = [arm for arm, wanted in ((LOWEST, proof.lowest), (WHOLE, proof.whole)) if wanted]
    st.session_state.update(
        {
            "proof size": plan.preset if plan.preset in SIZES else "taste",
            "proof seeds": proof.seeds,
            "proof arms": arms,
            "proof profile": plan.profile,
            "proof evaluation": plan.evaluation_set,
            "proof epochs": plan.epochs,
            "proof responses": plan.responses,
            "proof tokens": plan.max_evaluation_tokens,
            "proof priority": plan.priority,
            "proof name": name,
        }
    )


def close_proof() -> None:
    """A callback: back to the list."""
    forget_proof_draft()
    st.session_state.pop(SELECTION, None)


def proof_form() -> bool:
    """The form; False where none is open."""
    if SELECTION not in st.session_state:
        return False
    try:
        saved = store().selection(st.session_state[SELECTION])
    except StoreError:
        close_proof()
        return False
    st.button("All selections", icon=":material/arrow_back:", type="tertiary", on_click=close_proof)
    st.subheader(f"Prove “{saved.name}”", anchor=False)
    st.caption(
        "Models are tuned on these rows and on random rows of the same data, as many of each and several times with "
        "other seeds. The loss on the evaluation set then says whether the selection is worth anything. It runs as "
        "an experiment in the background."
    )
    record = SelectionRecord.from_saved(saved)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        proof = _sides(saved, record)
    with right, st.container(border=True):
        plan = _measure(saved, record, proof)
    if plan is not None:
        _kept("proof priority", "normal")
        proof_start(plan, proof, record)
    return True


def _sides(saved: SavedSelection, record: SelectionRecord) -> ProofPlan:
    st.markdown("**Compare**")
    seeds = st.number_input(
        "Seeds a side",
        1,
        20,
        key=_kept("proof seeds", 3),
        help="Each side is tuned so many times, each random set with other rows. With fewer than 3 nothing can be "
        "told; from 4 on a win need not rest on normally distributed losses.",
    )
    ranked = record.spec.rank_by in (RankBy.RULE, RankBy.INDICATOR)
    arms = st.pills(
        "Beside random rows",
        [LOWEST, WHOLE] if ranked else [WHOLE],
        selection_mode="multi",
        format_func=ARMS.__getitem__,
        key=_kept("proof arms", []),
        help="The lowest-ranked rows should do worse. All rows say what is lost by leaving some out.",
    )
    return ProofPlan(
        saved.selection_id,
        saved.name,
        int(seeds),
        lowest=LOWEST in arms,
        whole=WHOLE in arms,
        rule=record.spec.rule if record.spec.rank_by is RankBy.RULE else None,
    )


def _measure(saved: SavedSelection, record: SelectionRecord, proof: ProofPlan) -> ExperimentPlan | None:
    st.markdown("**Tune and measure**")
    size = st.segmented_control(
        "Size", list(SIZES), format_func=SIZES.__getitem__, required=True, key=_kept("proof size", "taste"),
        on_change=_use_size,
    ) or "taste"  # fmt: skip
    titles = {name: each.title for name, each in profiles().items()}
    model = st.selectbox("Model", list(titles), format_func=titles.__getitem__, key=_kept("proof profile", "embedded"))
    sets = {each.evaluation_set_id: each for each in store().evaluation_sets()}
    if not sets:
        show_error(StoreError("There is no evaluation set.", mend="Load one in a new experiment, on its second step."))
        return None
    if st.session_state.get("proof evaluation") not in sets:
        st.session_state["proof evaluation"] = next(iter(sets))
    evaluation = st.selectbox(
        "Evaluation set",
        list(sets),
        format_func=lambda n: sets[n].name,
        key="proof evaluation",
    )
    sizes = _sizes(size)
    columns = st.columns(3)
    epochs = columns[0].number_input("Epochs", 1, 100, key=_kept("proof epochs", sizes["proof epochs"]))
    responses = columns[1].number_input(
        "Responses", 0, help="0 measures on all.", key=_kept("proof responses", sizes["proof responses"])
    )
    tokens = columns[2].number_input(
        "Most tokens", 16, 8_192, step=64, help="Of a prompt, and of a response, that is measured.",
        key=_kept("proof tokens", sizes["proof tokens"]),
    )  # fmt: skip
    fresh = ExperimentPlan.of_preset(PRESETS[size], Precision(precisions()[0]))
    return replace(
        fresh,
        fused_sets=0,
        random_sets=proof.seeds,
        rows=saved.rows,
        dataset_ids=tuple(record.spec.filters.dataset_ids or record.dataset_names),
        selection_ids=(saved.selection_id,),
        evaluation_set=evaluation,
        responses=int(responses),
        max_evaluation_tokens=int(tokens),
        epochs=int(epochs),
        profile=model,
    )


def _kept(key: str, otherwise: Any) -> str:
    """A widget's key, holding a value also where the widget was not shown for a while."""
    st.session_state.setdefault(key, otherwise)
    return key


def _sizes(name: str) -> dict[str, Any]:
    preset = PRESETS[name]
    return {
        "proof size": name,
        "proof epochs": preset.epochs,
        "proof responses": preset.responses,
        "proof tokens": preset.max_evaluation_tokens,
    }


def _use_size() -> None:
    st.session_state.update(_sizes(st.session_state["proof size"]))
