"""What a proof will run and what stands against it, and its start."""

import json

import streamlit as st

from core.errors import StudioError
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.draft import ProofDraft
from core.experiments.proof.plan import KEPT_AS, ProofPlan, data_overlap_warning
from core.progress import Progress
from core.selection.record import SelectionRecord
from pages.components.background import dismiss, settled
from pages.components.foreign_text import plain
from pages.components.tuning.estimate import estimates
from pages.components.tuning.launch import launch
from pages.components.workspace import chosen_profile, show_error, studio

TASK = "proof draft"


def proof_start(plan: ExperimentPlan, proof: ProofPlan, record: SelectionRecord) -> None:
    """Show what the proof comes to, and start it."""
    try:
        made = _draft(plan, proof)
    except StudioError as error:
        show_error(error)
        return
    if made is None:
        return
    estimates(plan, made.foreseen)
    _told(record, made)
    started = launch(
        plan, made.foreseen, "proof", f"Proof of {proof.selection}"[:120], {"key": "proof name"},
        {"key": "proof priority"}, kept={KEPT_AS: made.proof.as_dict()},
    )  # fmt: skip
    if started:
        forget_proof_draft()
        st.switch_page("pages/experiments/page.py")


def forget_proof_draft() -> None:
    """Stop making the sets, and forget those made."""
    dismiss(TASK)


def _draft(plan: ExperimentPlan, proof: ProofPlan) -> ProofDraft | None:
    """The sets; None while they are made, or where that was cancelled, both said on screen."""
    present = [each.dataset_id for each in studio().datasets.all()]
    key = json.dumps([chosen_profile().name, present, plan.as_dict(), proof.as_dict()])
    owner = studio()

    def work(progress: Progress) -> ProofDraft:
        return owner.proofs.draft(plan, proof, progress)

    return settled(TASK, key, "Drawing the sets of the proof", work, "Draw the sets")


def _told(record: SelectionRecord, made: ProofDraft) -> None:
    """What the reader of the verdict has to know."""
    if made.proof.flattered:
        st.warning(plain(made.proof.flattered), icon=":material/warning:")
    for sentence in made.told:
        st.caption(sentence)
    left_out = len(made.foreseen.contaminated)
    if left_out:
        asking = "1 candidate repeats" if left_out == 1 else f"{left_out:,} candidates repeat"
        st.caption(
            f":material/info: {asking} an evaluation instruction in the same or nearly the same words. Such rows are "
            "excluded from all arms."
        )
    same = data_overlap_warning(record.spec, list(record.dataset_names.values()))
    if same:
        st.warning(same, icon=":material/warning:")
    if record.profile != chosen_profile().name:
        st.warning(
            f"The selection was made with scores of profile '{plain(record.profile)}'. Its rows are unchanged; other "
            "rows "
            f"are ranked by scores of profile '{plain(chosen_profile().name)}'.",
            icon=":material/warning:",
        )
