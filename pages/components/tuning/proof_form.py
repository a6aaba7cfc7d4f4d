"""Proving a saved selection: against what, how often, how the models are tuned, and on what they are measured."""

from typing import Any

import streamlit as st

from core.errors import StoreError
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.choice import proof_of_selection, tuning_of_proof
from core.experiments.proof.plan import ProofPlan
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy
from core.store import SavedSelection
from pages.components.tuning.proof_start import forget_proof_draft, proof_start
from pages.components.tuning.tuning_settings import chosen_in, kept, tuning_choice, values_of
from pages.components.workspace import studio

SELECTION = "proof of"
LOWEST, WHOLE = "lowest", "whole"
FRESH: dict[str, Any] = {
    "proof seeds": 3, "proof arms": [], "proof profile": "embedded", "proof priority": "normal", "proof name": ""
}  # fmt: skip
ARMS = {LOWEST: "Lowest-ranked rows", WHOLE: "All rows (one model)"}


def open_proof(selection_id: int) -> None:
    """A callback: ask how a selection is to be proved, in place of the list."""
    forget_proof_draft()
    st.session_state[SELECTION] = selection_id
    st.session_state.update(values_of("proof", "taste") | FRESH)


def open_proof_again(proof: ProofPlan, plan: ExperimentPlan, name: str) -> None:
    """Ask anew how a selection is to be proved, beginning with the choices of a proof that there is."""
    open_proof(proof.selection_id)
    arms = [arm for arm, wanted in ((LOWEST, proof.lowest), (WHOLE, proof.whole)) if wanted]
    chosen = {"proof seeds": proof.seeds, "proof arms": arms, "proof name": name}
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
    st.subheader(f"Proof of “{saved.name}”", anchor=False)
    st.caption(
        "Tunes models on the selected rows and on random rows of the same pool: same number of rows, several seeds "
        "per arm. The evaluation loss shows whether the selection is better than random. Runs as an experiment in "
        "the background."
    )
    record = SelectionRecord.from_saved(saved)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        proof = _sides(saved, record)
    with right, st.container(border=True):
        plan = _measure(saved, proof)
    if plan is not None:
        proof_start(plan, proof, record)
    return True


def _sides(saved: SavedSelection, record: SelectionRecord) -> ProofPlan:
    st.markdown("**Arms**")
    seeds = st.number_input(
        "Seeds per arm",
        1,
        20,
        key=kept("proof seeds", 3),
        help="Number of models per arm; each random set has different rows. At least 3 are needed for a verdict; "
        "from 4 on the verdict does not assume normally distributed losses.",
    )
    ranked = record.spec.rank_by in (RankBy.RULE, RankBy.INDICATOR)
    arms = st.pills(
        "Additional arms",
        [LOWEST, WHOLE] if ranked else [WHOLE],
        selection_mode="multi",
        format_func=ARMS.__getitem__,
        key=kept("proof arms", []),
        help="Lowest-ranked rows should have a higher loss. All rows show the effect of training on the whole pool.",
    )
    return proof_of_selection(saved, int(seeds), lowest=LOWEST in arms, whole=WHOLE in arms)


def _measure(saved: SavedSelection, proof: ProofPlan) -> ExperimentPlan | None:
    plan = tuning_choice("proof")
    return None if plan is None else tuning_of_proof(plan, saved, proof)
