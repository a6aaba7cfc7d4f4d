"""Proving a saved selection: what is repeated, against what, how models are tuned, on what they are measured."""

from typing import Any

import streamlit as st

from core.errors import StoreError
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.choice import proof_of_selection, tuning_of_proof
from core.experiments.proof.plan import CONTROLS, ProofDesign, ProofPlan
from core.experiments.proof.subpools import FEWEST_ROWS
from core.selection.record import SelectionRecord
from core.store import SavedSelection
from pages.components.foreign_text import plain
from pages.components.tuning.proof_start import forget_proof_draft, proof_start
from pages.components.tuning.tuning_settings import chosen_in, kept, tuning_choice, values_of
from pages.components.workspace import studio

SELECTION = "proof of"
FRESH: dict[str, Any] = {
    "proof design": ProofDesign.SUBPOOLS, "proof draws sub-pools": 6, "proof draws selection": 9,
    "proof controls": list(CONTROLS), "proof tokens equal": False, "proof profile": "embedded",
    "proof priority": "normal", "proof name": "",
}  # fmt: skip
DESIGNS = {ProofDesign.SUBPOOLS: "The choice, on sub-pools", ProofDesign.SELECTION: "These saved rows"}
COUNTED = {ProofDesign.SUBPOOLS: "Sub-pools", ProofDesign.SELECTION: "Random draws"}
ABOUT = {
    ProofDesign.SUBPOOLS: "The candidates are cut into sub-pools; on each the selection is made anew at a smaller size "
    "and compared with other rows of the same sub-pool. Shows whether the settings choose well on data like these.",
    ProofDesign.SELECTION: "The saved rows are tuned on once and placed among random draws of the same size. Shows "
    "whether these rows are better, not whether the settings would choose well again.",
}


def open_proof(selection_id: int) -> None:
    """A callback: ask how a selection is to be proved, in place of the list."""
    forget_proof_draft()
    st.session_state[SELECTION] = selection_id
    st.session_state.update(values_of("proof", "taste") | FRESH)


def open_proof_again(proof: ProofPlan, plan: ExperimentPlan, name: str) -> None:
    """Ask anew how a selection is to be proved, beginning with the choices of a proof that there is."""
    open_proof(proof.selection_id)
    design = ProofDesign.SUBPOOLS if proof.design is ProofDesign.SEEDS else proof.design
    chosen: dict[str, Any] = {
        "proof design": design, "proof controls": list(proof.controls), "proof tokens equal": proof.equal_tokens,
        "proof most rows": proof.most_rows or None, "proof name": name,
    }  # fmt: skip
    if proof.design is not ProofDesign.SEEDS:
        chosen[f"proof draws {design}"] = proof.draws
    st.session_state.update(chosen_in("proof", plan) | chosen)


def close_proof() -> None:
    """A callback: back to the list."""
    forget_proof_draft()
    st.session_state.pop(SELECTION, None)


def proof_form() -> bool:
    """The form; False where none is open."""
    if SELECTION not in st.session_state:
        return False
    try:
        saved = studio().selections.get(st.session_state[SELECTION])
    except StoreError:
        close_proof()
        return False
    for key in ("proof name", "proof priority"):  # their widgets are away while the sets are made
        st.session_state[key] = st.session_state.get(key, FRESH[key])
    st.button("All selections", icon=":material/arrow_back:", type="tertiary", on_click=close_proof)
    st.subheader(f"Proof of “{plain(saved.name)}”", anchor=False)
    st.caption(
        "Compares the selection with random rows, random rows of the same lengths or datasets, and the longest rows, "
        "by the evaluation loss of models tuned on them. Runs as an experiment in the background."
    )
    record = SelectionRecord.from_saved(saved)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        proof = _sides(saved)
    with right, st.container(border=True):
        plan = tuning_choice("proof")
    if plan is not None:
        proof_start(tuning_of_proof(plan, saved, proof), proof, record)
    return True


def _sides(saved: SavedSelection) -> ProofPlan:
    st.markdown("**What is proved**")
    design = st.segmented_control(
        "Unit", list(DESIGNS), format_func=DESIGNS.__getitem__, required=True, label_visibility="collapsed",
        key=kept("proof design", ProofDesign.SUBPOOLS),
    ) or ProofDesign.SUBPOOLS  # fmt: skip
    st.caption(ABOUT[design])
    draws = st.number_input(
        COUNTED[design], 1, 50, key=kept(f"proof draws {design}", FRESH[f"proof draws {design}"]),
        help="Each is one independent comparison: at least 3 are needed for a verdict, and 6 for an exact test at 5%.",
    )  # fmt: skip
    controls = st.pills(
        "Compared with random rows and", list(CONTROLS), selection_mode="multi", format_func=str.capitalize,
        key=kept("proof controls", list(CONTROLS)),
        help="Length-matched and source-matched rows are random rows of the same lengths or datasets. The longest rows "
        "are a baseline that is hard to beat (arXiv 2402.04833).",
    )  # fmt: skip
    tokens = st.toggle(
        "Also at equal training tokens", key=kept("proof tokens equal", False),
        help="Adds random and longest rows, cut to the response tokens of the selection.",
    )  # fmt: skip
    most = None
    if design == ProofDesign.SUBPOOLS:
        most = st.number_input(
            "Rows per set, at most", FEWEST_ROWS, value=None, placeholder="no limit", key=kept("proof most rows", None),
            help="Smaller sub-pools make a quicker proof, which shows that the settings choose well at that size.",
        )  # fmt: skip
    return proof_of_selection(
        saved, design=design, draws=int(draws), controls=list(controls), equal_tokens=bool(tokens), most_rows=most or 0
    )
