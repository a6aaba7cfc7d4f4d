"""A selection as files: layout, what goes along, the first record, downloads, and what trainers and the hub take."""

import hashlib
import json
import sys
from pathlib import Path

import pandas as pd
import streamlit as st

from core.export import ExportOptions, Layout, record_of
from core.export.bundle import Bundle
from core.export.file_names import file_name_for
from core.export.records import is_rankable
from core.humanize import counted
from core.paths import PROJECT
from core.progress import Progress
from pages.components.background import Background, watch
from pages.components.foreign_text import plain, prose
from pages.components.selection.doubts import sure
from pages.components.selection.export_choice import Exportable
from pages.components.selection.selection_settings import bound, current_form
from pages.components.wording import file_size
from pages.components.workspace import chosen_profile, show_error, studio
from pages.select.doubts import doubts_panel
from pages.select.export_push import push_panel

LAYOUTS = {
    Layout.ALPACA: "Alpaca JSONL",
    Layout.MESSAGES: "Messages JSONL",
    Layout.SHAREGPT: "ShareGPT JSONL",
    Layout.PROMPT_COMPLETION: "TRL prompt and completion",
    Layout.CSV: "CSV",
    Layout.PARQUET: "Parquet",
}
CHECKED_ROWS = 20_000
MIME = {".jsonl": "application/jsonl", ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


def export_panel(subject: Exportable) -> None:
    """Choose what the file holds, make it, download it."""
    if subject.members.empty:
        st.info("No rows are kept, so there is nothing to export.", icon=":material/info:")
        return
    options = _options(subject)
    _first_record(subject, options)
    name = st.text_input("File name", file_name_for(subject.name), key=f"export name {subject.name}", max_chars=80)
    members = pd.util.hash_pandas_object(subject.members[["dataset_id", "row_id"]], index=False)
    rows = hashlib.sha256(members.to_numpy().tobytes()).hexdigest()
    key = json.dumps([subject.name, subject.record.spec.as_dict(), options.as_dict(), rows])
    foreseen = _losses(subject, options, key)
    doubts_panel(subject.record)
    foreseen += tuple(str(each) for each in studio().selections.doubts(subject.record))
    pressed = st.button(f"Export {counted(len(subject.members), 'row')}", type="primary", icon=":material/description:")
    if sure(pressed, subject.record, "Export"):
        task = _start(subject, file_name_for(name), options)
        st.session_state["export task"] = (key, task)
        task.join(1.0)
        st.rerun()  # so that the path above the page knows of the file
    running: tuple[str, Background[Bundle]] | None = st.session_state.get("export task")
    if running is None or running[0] != key:
        return
    task = running[1]
    task.join(1.0)
    if task.is_alive():
        watch(task)
    elif task.error is not None:
        show_error(task.error)
    elif task.cancelled:
        st.info("Export cancelled. Nothing was written.")
    elif task.result is not None:
        _downloads(task.result, options, foreseen)


def _options(subject: Exportable) -> ExportOptions:
    form = current_form()
    st.segmented_control(
        "Layout", list(LAYOUTS), format_func=LAYOUTS.__getitem__, required=True, **bound(form, "layout", "default")
    )
    foreign = subject.record.profile != chosen_profile().name
    with st.container(horizontal=True, gap="medium"):
        st.toggle("Scores", disabled=foreign, **bound(form, "with_scores"))
        st.toggle(
            "Other columns of the source",
            help="As one JSON text in the column “other”, so that no trainer takes them for its own.",
            **bound(form, "with_extra"),
        )
        st.toggle("Dataset name", **bound(form, "with_dataset"))
        st.toggle("Marks, notes and tags", help="As they are now.", **bound(form, "with_marks"))
    if form.layout == Layout.CSV:
        st.checkbox(
            "Escape spreadsheet formulas",
            help="Adds an apostrophe before text that begins with =, +, - or @, which spreadsheets run as formulas. "
            "For lists to be read in a spreadsheet; not for training: “- oak” becomes “'- oak”.",
            **bound(form, "escape_formulas"),
        )
    else:
        st.toggle(
            "Dataset folder for the Hugging Face hub",
            help="Parquet with a dataset card; loads with datasets.load_dataset and can be pushed to the hub.",
            **bound(form, "hub_folder"),
        )
    if foreign:
        st.caption(
            f"This selection used scores of profile '{plain(subject.record.profile)}'. "
            "Choose that profile to export its scores."
        )
    return current_form().export_options([] if foreign else studio().exports.score_columns(subject.record))


def _first_record(subject: Exportable, options: ExportOptions) -> None:
    first = studio().exports.first_row(subject.record, subject.members)
    record = record_of(first, options, ranking=is_rankable(first.row, options.layout))
    st.caption("First record" + (" (scores are added when the file is written)" if options.scores else ""))
    text = json.dumps(record, ensure_ascii=False, indent=2)
    st.code(text, language="json", wrap_lines=True, height=260 if len(text) > 600 else "content")


def _losses(subject: Exportable, options: ExportOptions, key: str) -> tuple[str, ...]:
    """What would not go along, said before anything is written; looked for once for each choice."""
    known: tuple[str, tuple[str, ...]] | None = st.session_state.get("export losses")
    if known is None or known[0] != key:
        known = (key, studio().exports.check(subject.record, subject.members, options, CHECKED_ROWS))
        st.session_state["export losses"] = known
    if known[1] and len(subject.members) > CHECKED_ROWS:
        st.caption(f"Of the first {CHECKED_ROWS:,} rows; all rows are counted when the file is written:")
    for remark in known[1]:
        st.warning(prose(remark), icon=":material/info:")
    return known[1]


def _start(subject: Exportable, name: str, options: ExportOptions) -> Background[Bundle]:
    owner = studio()

    def work(progress: Progress) -> Bundle:
        return owner.exports.bundle(
            name, subject.record, subject.members, options, progress=progress, title=subject.name
        )

    return Background("Writing the file", work)


def _downloads(made: Bundle, options: ExportOptions, foreseen: tuple[str, ...]) -> None:
    written, manifest = made.file.written, made.file.manifest
    st.success(
        f"{plain(written.path.name)}: {counted(written.rows, 'row')}, {file_size(written.size_bytes)}, in "
        f"{plain(written.path.parent)}",
        icon=":material/check_circle:",
    )
    for remark in [each for each in made.remarks if each not in foreseen]:
        st.warning(prose(remark), icon=":material/info:")
    with st.container(horizontal=True):
        _download("Download data", written.path, MIME[options.suffix], primary=True)
        _download("Download manifest.json", manifest, "application/json")
        _download("Download all (zip)", made.archive, "application/zip")
    st.caption(
        f"Rebuild the same file, byte for byte, from the manifest (close the app first; run in {plain(PROJECT)}):"
    )
    st.code(f'"{sys.executable}" -m core.rebuild "{manifest}"', language="bash", wrap_lines=True)
    _trainers(made)
    if made.hub_folder is not None:
        push_panel(made.hub_folder, written)


def _trainers(made: Bundle) -> None:
    """What the usual trainers ask for; it stands as files beside the data, and in the zip."""
    if not made.trainers:
        return
    with st.expander("Training commands", icon=":material/model_training:"):
        for tab, each in zip(st.tabs([each.trainer for each in made.trainers]), made.trainers, strict=True):
            with tab:
                st.caption(plain(made.archive.parent / each.name))
                st.code(each.content, language=each.language)


def _download(label: str, file: Path, mime: str, primary: bool = False) -> None:
    st.download_button(
        label,
        file.read_bytes if file.exists() else b"",
        file_name=file.name,
        mime=mime,
        type="primary" if primary else "secondary",
        icon=":material/download:",
        on_click="ignore",
        disabled=not file.exists(),
        key=f"download {file.name}",
    )
