"""What a selection can't know or does not show, in one place above its plots, each with what to do about it."""

from collections.abc import Sequence

import streamlit as st

from core.errors import InputError, StudioError
from core.humanize import counted
from core.selection.outcome import SelectionOutcome
from core.selection.record import SelectionRecord
from core.store import Dataset
from pages.components.foreign_text import plain, prose
from pages.components.scoring_panel import scoring_jobs, scoring_panel
from pages.components.wording import duration, titled
from pages.components.workspace import show_error, studio


def doubts_panel(record: SelectionRecord) -> None:
    """The doubts of a selection in view or saved; nothing where there are none."""
    for each in studio().selections.doubts(record):
        box, icon = (st.warning, ":material/warning:") if each.asks else (st.info, ":material/info:")
        box(f"**{prose(titled(each.sentence))}** {prose(each.mend)}", icon=icon)


def flagged_line(outcome: SelectionOutcome) -> None:
    """What became of the rows that checks have flagged, where they have flagged some."""
    if (found := studio().selections.flagged(outcome)) is not None:
        st.caption(f":material/flag: {found}")


def proof_line(record: SelectionRecord) -> None:
    """What was proved of this choice, in a line."""
    saved = next((s for s in studio().selections.all() if SelectionRecord.from_saved(s).spec == record.spec), None)
    proofs = studio().proofs.of_selection(saved.selection_id) if saved is not None else {}
    for name, found in proofs.items():
        st.caption(f":material/verified: Proof “{plain(name)}”: {prose(found.verdict)}")
    if not proofs:
        how = "start a proof on the Saved tab" if saved is not None else "save it, then start a proof on the Saved tab"
        st.caption(f":material/science: Not proved: to measure whether it is better than random rows, {how}.")


def unscored_rows(outcome: SelectionOutcome, datasets: Sequence[Dataset]) -> None:
    """How many rows can be ranked, and the button that scores the others; how far that is where it runs."""
    selection = outcome.selection
    if selection.rankable == selection.considered:
        return
    if scoring_jobs():
        scoring_panel(datasets)
        return
    numbers = [each.dataset_id for each in datasets]
    try:
        lacking = studio().scores.missing(*numbers, indicators=selection.spec.indicators)
    except InputError:  # a target must be chosen first
        st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
        return
    if not lacking:
        st.caption("These scores are undefined, for example the MTLD of an empty response.")
        return
    others = selection.considered - selection.rankable
    seconds = studio().scores.expected_seconds(others)
    time = "" if seconds is None else f" (about {duration(seconds)})"
    if st.button(f"Score the other {counted(others, 'row')}{time}", type="primary", icon=":material/play_arrow:"):
        try:
            studio().scores.enqueue(*numbers, indicators=list(lacking))
        except StudioError as error:
            show_error(error)
            return
        st.rerun()
