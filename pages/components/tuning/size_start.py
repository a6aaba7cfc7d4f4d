"""What a search of the size will run at most and what stands against it, and its start."""

import json

import streamlit as st

from core.errors import StudioError
from core.experiments.plan import ExperimentPlan
from core.experiments.size.draft import SizeDraft
from core.experiments.size.plan import KEPT_AS, SearchMethod, SizePlan, left_aside
from core.progress import Progress
from core.selection.record import SelectionRecord
from pages.components.background import dismiss, settled
from pages.components.foreign_text import plain
from pages.components.tuning.estimate import estimates
from pages.components.tuning.launch import launch
from pages.components.tuning.tuning_settings import kept
from pages.components.workspace import chosen_profile, show_error, studio

TASK = "size draft"


def size_start(plan: ExperimentPlan, search: SizePlan, record: SelectionRecord) -> None:
    """Show what the search comes to at most, and start it."""
    try:
        made = _draft(plan, search)
    except StudioError as error:
        show_error(error)
        return
    if made is None:
        return
    estimates(plan, made.foreseen)
    _told(search, record, made)
    started = launch(
        plan, made.to_queue, "search", f"Size search of {search.selection}"[:120], {"key": "sizes name"},
        {"key": kept("sizes priority", "normal")}, kept={KEPT_AS: search.as_dict()},
    )  # fmt: skip
    if started:
        forget_size_draft()
        st.switch_page("pages/experiments/page.py")


def forget_size_draft() -> None:
    """Stop ranking the rows, and forget the ranking."""
    dismiss(TASK)


def _draft(plan: ExperimentPlan, search: SizePlan) -> SizeDraft | None:
    """The ranking; None while it is made, or where that was cancelled, both said on screen."""
    present = [each.dataset_id for each in studio().datasets.all()]
    key = json.dumps([chosen_profile().name, present, plan.as_dict(), search.as_dict()])
    owner = studio()

    def work(progress: Progress) -> SizeDraft:
        return owner.sizes.draft(plan, search, progress)

    return settled(TASK, key, "Ranking the rows", work, "Rank the rows")


def _told(search: SizePlan, record: SelectionRecord, made: SizeDraft) -> None:
    """What the reader of the outcome has to know."""
    sizes = ", ".join(f"{rows:,}" for rows in search.foreseen)
    what = "The sizes" if search.method is SearchMethod.GRID else "Planned, with sizes spread over the range"
    st.caption(
        f"{what}: {sizes} rows, of {made.available:,} ranked rows. This is the maximum: the search can end earlier "
        "(patience or cost cap)."
    )
    known = len(made.foreseen.contaminated)
    if known:
        asking = "1 row repeats" if known == 1 else f"{known:,} rows repeat"
        st.caption(
            f":material/info: {asking} an evaluation instruction in the same or nearly the same words. Such rows are "
            "excluded."
        )
    aside = left_aside(record.spec)
    if aside:
        st.warning(
            f"The selection uses {' and '.join(aside)}. The search uses the ranking only, so that each size contains "
            "the rows of every smaller one.",
            icon=":material/warning:",
        )
    if record.profile != chosen_profile().name:
        st.warning(
            f"The selection was made with scores of profile '{plain(record.profile)}'; rows are now ranked by scores "
            "of "
            f"profile '{plain(chosen_profile().name)}'.",
            icon=":material/warning:",
        )
