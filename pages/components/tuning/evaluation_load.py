"""An evaluation set from a file, or from rows that are held out of training."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.datasets.evaluation_file import EvaluationFile
from core.errors import StudioError
from core.humanize import counted
from core.rows.evaluation_set import EvaluationExample
from pages.components.foreign_text import plain
from pages.components.tuning.experiment_settings import change_plan
from pages.components.workspace import show_error, studio

PREVIEW, REJECTIONS, USUAL_ROWS = 50, 5, 100


def no_evaluation_sets(hold_out: bool = True) -> None:
    """What stands where there are none."""
    st.info("No evaluation sets. Load one: instructions, each with one or more reference responses.")
    with st.container(horizontal=True):
        new_evaluation_set(hold_out)


def new_evaluation_set(hold_out: bool = True) -> None:
    """Buttons: an evaluation set from a file, and of rows that are held out."""
    if st.button("Load evaluation set", icon=":material/upload:"):
        load_dialog()
    if hold_out and st.button("Hold out rows", icon=":material/content_cut:", help="Make an evaluation set of rows."):
        hold_out_dialog()


@st.dialog("Load an evaluation set", width="large")
def load_dialog() -> None:
    """A file is looked at, then kept."""
    st.caption(
        "Any file that can be a dataset: questions, each with one response, a list of them, or one in each of several "
        "rows. Or text with lines that begin with `Q:` and `A:`."
    )
    upload, path = st.tabs(["Upload a file", "Path of a file"])
    file = upload.file_uploader("File", key="evaluation upload")
    typed = path.text_input("Path of a file", placeholder="/home/me/data/evaluation.jsonl", key="evaluation path")
    encoding = st.text_input("Encoding", placeholder="found automatically", key="evaluation encoding").strip()
    try:
        if file is not None:
            found, name = studio().evaluation_sets.read(file.name, file.getbuffer(), encoding), file.name
        elif typed.strip():
            found, name = studio().evaluation_sets.find(typed, encoding), typed.strip().strip("'\"")
        else:
            return
    except StudioError as error:
        show_error(error)
        return
    _found(found)
    name = st.text_input("Name", Path(name).name.partition(".")[0], max_chars=120, key=f"evaluation name {name}")
    if st.button("Save", type="primary", disabled=not name.strip()):
        try:
            change_plan(evaluation_set=studio().evaluation_sets.add(name.strip(), found.examples).evaluation_set_id)
        except StudioError as error:
            show_error(error)
            return
        st.rerun()


def _found(found: EvaluationFile) -> None:
    examples_table(found.examples)
    responses = sum(len(each.outputs) for each in found.examples)
    st.caption(f"{len(found.examples):,} instructions with {responses:,} responses.")
    for note in found.notes:
        st.caption(plain(note))
    if found.rejections:
        reasons = [f"{each.place}: {each.reason}" for each in found.rejections[:REJECTIONS]]
        st.warning("\n\n".join([f"{counted(len(found.rejections), 'row')} rejected.", *map(plain, reasons)]))


def examples_table(examples: Sequence[EvaluationExample]) -> None:
    """The first of them, with up to five of their responses."""
    most = max(len(each.outputs) for each in examples)
    lines = [
        {"Instruction": each.prompt}
        | {f"Response {i + 1}": each.outputs[i] if i < len(each.outputs) else "" for i in range(min(most, 5))}
        for each in examples[:PREVIEW]
    ]
    st.dataframe(lines, hide_index=True, height=380)


@st.dialog("Hold out rows")
def hold_out_dialog() -> None:
    """Rows of datasets become an evaluation set."""
    st.caption(
        "Rows at random become an evaluation set, their responses the reference responses. No training set of an "
        "experiment, a proof or a size search has them then, or rows that ask nearly the same."
    )
    datasets = {each.name: each for each in studio().datasets.all()}
    if not datasets:
        st.info("No datasets. Load one first.")
        return
    chosen = st.multiselect("Datasets", list(datasets), list(datasets)[:1], key="held out datasets")
    usual = min(USUAL_ROWS, max(1, sum(datasets[each].rows for each in chosen) // 5))
    rows = st.number_input("Rows", 1, value=usual, key="held out rows")
    seed = st.number_input("Seed", 0, 2**32 - 1, 0, key="held out seed")
    name = st.text_input("Name", placeholder=f"{', '.join(chosen)}, held out", max_chars=120, key="held out name")
    if st.button("Hold out", type="primary", disabled=not chosen):
        try:
            made = studio().evaluation_sets.hold_out(*chosen, rows=int(rows), name=name.strip(), seed=int(seed))
        except StudioError as error:
            show_error(error)
            return
        change_plan(evaluation_set=made.evaluation_set_id)
        st.rerun()
