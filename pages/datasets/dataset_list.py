"""The loaded datasets: what is in each, what was refused, and renaming, describing, deleting."""

import html

import streamlit as st

from core.errors import StudioError
from core.export.table_file import csv_text
from core.humanize import counted
from core.store import Dataset
from core.workspace.deletion import FATE
from core.workspace.demo import is_demo
from pages.components.confirm import confirm
from pages.components.foreign_text import plain
from pages.components.palette import dataset_colour
from pages.components.wording import column_title, left_out
from pages.components.workspace import show_error, studio


def dataset_list(datasets: list[Dataset]) -> None:
    """A card for each dataset, one's own before the demo's, the newest first."""
    demo = [each for each in datasets if is_demo(each)]
    own = [each for each in datasets if not is_demo(each)]
    for dataset in [*reversed(own), *demo]:
        with st.container(border=True):
            _card(dataset)


def _card(dataset: Dataset) -> None:
    about, numbers, actions = st.columns([4, 4, 4], vertical_alignment="center")
    with about.container(gap=None):
        dot = f'<span style="color:{dataset_colour(dataset.dataset_id)}">●</span>'
        name = f"{dot} {html.escape(dataset.name)}"
        st.html(f'<div style="font-size:1.05rem;font-weight:600;overflow-wrap:anywhere">{name}</div>')
        if dataset.description:
            st.caption(plain(dataset.description))
    with numbers.container(gap=None):
        st.markdown(f"**{dataset.rows:,}** rows · {_scored(dataset)}")
        if dataset.duplicates or dataset.rejected:
            st.caption(left_out(dataset.duplicates, dataset.rejected))
    with actions.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Rows", key=f"rows of {dataset.dataset_id}", icon=":material/table_rows:"):
            _rows(dataset)
        if dataset.rejected and st.button(
            "Rejected rows", key=f"refused of {dataset.dataset_id}", icon=":material/block:"
        ):
            _refused(dataset)
        if st.button("", key=f"edit {dataset.dataset_id}", icon=":material/edit:", help="Edit name and description"):
            _edit(dataset)
        if st.button("", key=f"delete {dataset.dataset_id}", icon=":material/delete:", help="Delete"):
            _delete(dataset)


def _scored(dataset: Dataset) -> str:
    lacking = studio().scores.missing(dataset.dataset_id)
    if not lacking:
        return "all scored"
    scored = dataset.rows - max(lacking.values())
    return f"{scored:,} scored" if scored else "not scored yet"


@st.dialog("Rows", width="large")
def _rows(dataset: Dataset) -> None:
    first = studio().rows.first(dataset.dataset_id, 100)
    st.caption(f"First {len(first)} of {counted(dataset.rows, 'row')} of **{plain(dataset.name)}**, in file order.")
    st.dataframe(
        [{"Instruction": row.instruction, "Input": row.input, "Response": row.output} for row in first],
        hide_index=True,
        height=480,
    )


@st.dialog("Rejected rows", width="large")
def _refused(dataset: Dataset) -> None:
    refused = studio().datasets.rejections(dataset.dataset_id)
    st.caption(f"{counted(len(refused), 'row')} of **{plain(dataset.name)}** were not loaded, for the reasons below.")
    shown = refused.rename(columns=lambda name: "How to fix" if name == "mend" else column_title(name))
    st.dataframe(shown.head(500), hide_index=True, height=380)
    st.download_button(
        "Download all as CSV",
        csv_text(refused).encode(),
        f"{dataset.name}-rejected.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


@st.dialog("Edit name and description")
def _edit(dataset: Dataset) -> None:
    with st.form("edit dataset", border=False):
        name = st.text_input("Name", dataset.name)
        description = st.text_area("Description", dataset.description)
        if st.form_submit_button("Save", type="primary"):
            try:
                keep_changes(dataset, name, description)
            except StudioError as error:
                show_error(error)
                return
            st.rerun()


def keep_changes(shown: Dataset, name: str, description: str) -> None:
    """Write what was changed in this window and nothing else: another one may have changed the rest meanwhile.

    Raises:
        StoreError: another window has deleted the dataset.
        InputError: this can't be a name.
    """
    now = studio().datasets.get(shown.dataset_id)
    if name != shown.name:
        studio().datasets.rename(shown.dataset_id, name)
        if now.name not in (shown.name, name):
            st.toast(
                f"Another window had renamed it to “{plain(now.name)}”. Your name replaces it.",
                icon=":material/tab:",
                duration="long",
            )
    if description != shown.description:
        studio().datasets.describe(shown.dataset_id, description)
        if now.description not in (shown.description, description):
            st.toast(
                "Another window had changed the description. Yours replaces it.", icon=":material/tab:", duration="long"
            )


@st.dialog("Delete dataset?")
def _delete(dataset: Dataset) -> None:
    st.markdown(f"**{plain(dataset.name)}** and its {counted(dataset.rows, 'row')} will be deleted. {FATE['dataset']}")
    confirm("Delete", lambda: studio().datasets.delete(dataset.dataset_id))
