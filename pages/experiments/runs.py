"""What the runs of an experiment left behind: training curves and adapters."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from core.store import SavedExperiment
from pages.components.figures import CONFIG
from pages.components.workspace import studio
from pages.experiments.figures import curve_figure

FIRST_CURVES = 4


def training_curves(saved: SavedExperiment, table: pd.DataFrame) -> None:
    """Loss by step of the sets that are chosen; nothing where no set has begun."""
    names = dict(zip(table["number"].tolist(), table["name"].tolist(), strict=True))
    drawn = {n: points for n, points in studio().measurements.curves(saved.experiment_id).items() if n in names}
    if not drawn:
        return
    with st.expander("Training curves", expanded=True):
        chosen = st.multiselect(
            f"Sets (none chosen: first {FIRST_CURVES})",
            list(drawn),
            format_func=names.__getitem__,
            placeholder="Choose sets",
            key=f"curves {saved.experiment_id}",
        )
        shown = chosen or list(drawn)[:FIRST_CURVES]
        st.plotly_chart(curve_figure({names[n]: drawn[n] for n in shown}), config=CONFIG, key="curves figure")


def adapters(saved: SavedExperiment, table: pd.DataFrame) -> None:
    """The tuned adapters as PEFT folders."""
    names = dict(zip(table["number"].tolist(), table["name"].tolist(), strict=True))
    there = {n: folder for n, folder in studio().measurements.adapters(saved.experiment_id).items() if n in names}
    if not there:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Adapter",
            list(there),
            format_func=names.__getitem__,
            key=f"chosen adapter {saved.experiment_id}",
            width=320,
        )
        st.download_button(
            "Download adapter",
            lambda: adapter_archive(there[chosen], names[chosen]),
            f"{saved.name}, {names[chosen]}.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            help="A PEFT folder. Unpack it and load it with PeftModel.from_pretrained(model, folder).",
        )


def adapter_archive(folder: Path, name: str) -> bytes:
    """The files of a PEFT folder as a zip with one folder in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in folder.iterdir() if each.is_file()):
            archive.write(file, f"{name}/{file.name}")
    return packed.getvalue()
