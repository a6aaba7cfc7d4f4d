"""Select: rank rows by a rule, keep the best, see what was dropped and why, save and export."""

import streamlit as st

from core.errors import StoreError, StudioError
from core.selection.outcome import SelectionOutcome
from pages.components.attempt import show_callback_error
from pages.components.redrawn import draw_apart, shows_marks
from pages.components.rows.address import keep_address
from pages.components.rows.dataset_choice import dataset_choice
from pages.components.rows.filter_chips import filter_chips
from pages.components.selection.export_choice import EXPORT, RESULT, SAVED, TAB, Exportable, export_choice
from pages.components.selection.predicted_column import rule_in_force
from pages.components.selection.save_selection import default_name, save_selection
from pages.components.selection.selection_settings import ANSWER, FORM, current_form
from pages.components.workspace import filters, show_error, studio
from pages.select.certainty import certainty_panel
from pages.select.doubts import doubts_panel, flagged_line, proof_line, unscored_rows
from pages.select.export_panel import export_panel
from pages.select.form import selection_form
from pages.select.result import (
    beyond_learning,
    nothing_scored,
    sample_rows,
    selection_numbers,
    selection_plots,
    shortfall,
)
from pages.select.run import selection_outcome
from pages.select.saved_selections import saved_selections

st.title("Select", anchor=False)
show_callback_error()
datasets = dataset_choice()
names = {each.dataset_id: each.name for each in datasets}


def controls() -> None:
    rule_in_force()
    filter_chips(studio().rows.count(filters()), studio().rows.count(filters().cleared()))


def form() -> None:
    selection_form(current_form(), datasets, studio().rows.count(filters()))


def in_view() -> SelectionOutcome | None:
    """What comes of the form; None where there is nothing to show, which is said on screen then."""
    if not studio().rows.count(filters()):
        st.info("No row passes all filters. Remove a filter above.")
        return None
    try:
        outcome = selection_outcome(current_form().spec(rule_in_force(), filters(), datasets))
    except StudioError as error:
        show_error(error)
        if isinstance(error, StoreError):
            st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
        return None
    return None if outcome is None or nothing_scored(outcome, datasets) else outcome


def result() -> None:
    outcome = in_view()
    if outcome is None:
        return
    selection_numbers(outcome)
    record = studio().selections.record(outcome)
    flagged_line(outcome)
    proof_line(record)
    doubts_panel(record)
    unscored_rows(outcome, datasets)
    shortfall(outcome)
    beyond_learning(outcome)
    save_selection(outcome, record)
    selection_plots(outcome, names)
    sample_rows(outcome, names)
    certainty_panel(outcome, names)


def export() -> None:
    outcome, shown = in_view(), None
    if outcome is not None:
        kept = outcome.selection.kept
        shown = Exportable(default_name(outcome.selection.spec, len(kept)), studio().selections.record(outcome), kept)
    subject = export_choice(shown)
    if subject is not None:
        export_panel(subject)


def answer() -> None:
    shows_marks(ANSWER, True)
    drawn = {RESULT: result, EXPORT: export, SAVED: saved_selections}
    for tab, draw in zip(st.tabs(list(drawn), key=TAB, on_change="rerun"), drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()
    keep_address()


draw_apart({"controls": controls})
left, right = st.columns([2, 5], gap="large")
with left:
    draw_apart({FORM: form})
with right:
    draw_apart({ANSWER: answer})
