"""The selections that were kept: renamed, deleted, and two or more of them compared."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.humanize import counted
from core.indicators import registry
from core.selection.record import SelectionRecord
from core.store import SavedSelection
from core.workspace.deletion import FATE
from pages.components.attempt import attempt
from pages.components.foreign_text import plain
from pages.components.selection.export_choice import open_export
from pages.components.selection.predicted_column import value_title
from pages.components.tuning.proof_form import open_proof, proof_form
from pages.components.tuning.size_form import open_size, size_form
from pages.components.wording import column_title, in_sentence, readable
from pages.components.workspace import studio
from pages.select.difference import selection_difference


def saved_selections() -> None:
    """The list, and the comparison of those chosen in it; or how one is to be proved, or its size searched."""
    if proof_form() or size_form():
        return
    saved = studio().selections.all()
    if not saved:
        st.info("No saved selections. Save one on the Result tab.")
        return
    by_number = {each.selection_id: each for each in saved}
    chosen = st.pills(
        "Selections to compare",
        list(by_number),
        format_func=lambda number: plain(by_number[number].name),
        selection_mode="multi",
        key="compared selections",
    )
    if len(chosen) > 1:
        _comparison([by_number[number] for number in chosen])
    elif chosen:
        st.caption("Choose at least two selections.")
    for each in saved:
        _entry(each)


def _entry(saved: SavedSelection) -> None:
    record = SelectionRecord.from_saved(saved)
    number = saved.selection_id
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"**{plain(saved.name)}**")
            st.caption(plain(_about(saved, record)))
        st.button("Export", key=f"export {number}", icon=":material/download:", on_click=open_export, args=(number,))
        st.button("New proof", key=f"prove {number}", icon=":material/science:", on_click=open_proof, args=(number,))
        st.button(
            "New size search", key=f"size {number}", icon=":material/straighten:", on_click=open_size, args=(number,)
        )
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", saved.name, key=f"new name {number}", max_chars=120)
            st.button("Rename", key=f"rename {number}", on_click=_rename, args=(number,))
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(f"Delete **{plain(saved.name)}**? {FATE['selection']}")
            st.button("Delete", key=f"delete {number}", type="primary", on_click=_delete, args=(number,))


def _about(saved: SavedSelection, record: SelectionRecord) -> str:
    parts = [f"{saved.rows:,} of {counted(record.considered, 'row')}", ", ".join(record.dataset_names.values())]
    if record.tokens is not None:
        parts.insert(1, f"{record.tokens:,} response tokens")
    rule = record.spec.rule
    if rule is not None and record.prediction is not None:
        parts.append(f"{in_sentence(value_title(rule, record.profile))} {readable(record.prediction.kept)}")
    parts.append(f"saved {saved.created_at.astimezone():%d %b %Y, %H:%M}")
    return " · ".join(parts)


def _rename(number: int) -> None:
    name = st.session_state[f"new name {number}"].strip()
    if name:
        attempt(lambda: studio().selections.rename(number, name))
    st.rerun()


def _delete(number: int) -> None:
    attempt(lambda: studio().selections.delete(number))
    st.session_state["compared selections"] = [
        each for each in st.session_state.get("compared selections", []) if each != number
    ]
    st.rerun()  # the path above the page counts them, too


def _comparison(saved: Sequence[SavedSelection]) -> None:
    records = [SelectionRecord.from_saved(each) for each in saved]
    labels = [plain(each.name) for each in saved]
    lines: dict[str, list[str]] = {
        "Rows": [f"{each.rows:,}" for each in saved],
        "Rule": [plain(record.spec.rule.title) if record.spec.rule else "–" for record in records],
        "Rule value at mean indicators": [
            readable(record.prediction.kept if record.prediction else None) for record in records
        ],
        "Same, random selection": [
            readable(record.prediction.random_mean if record.prediction else None) for record in records
        ],
    }
    scored = {name for record in records for name in record.means}
    for name in [*(name for name in registry() if name in scored), *sorted(scored - set(registry()))]:
        lines[f"Mean {plain(in_sentence(column_title(name)))}"] = [
            readable(record.means.get(name)) for record in records
        ]
    table = pd.DataFrame(lines, index=labels).T
    table.index.name = "Mean over the kept rows"
    st.table(table, border="horizontal")
    if len({record.profile for record in records}) > 1:
        st.caption("These selections used scores of different profiles, so their means are not comparable.")
    shared = studio().selections.overlaps(*(each.selection_id for each in saved))
    pairs = shared.assign(shared=shared["shared"].map("{:,}".format), jaccard=shared["jaccard"].map("{:.3f}".format))
    pairs.columns = ["Selection", "and", "Common rows", "Jaccard index"]
    st.table(pairs.map(plain), border="horizontal", hide_index=True)
    if len(saved) == 2:
        selection_difference(*(each.selection_id for each in saved))
