"""The Rule page as the tests use it: measured sets, the tests' own table of them, its form, tabs, tables and plots."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from core.rows.candidate_set import CandidateSet, Kind
from tests.measured_store import add_experiment
from tests.pages.conftest import Studio

TERMS = ["output_length", "knn_distance", "reward"]  # as the page lists them
TRUE = {"reward": -0.15, "output_length": 4e-4, "knn_distance": -0.9}
SETS, SIZE = 16, 12
TABS = ("Data", "Univariate", "Multivariate", "Diagnostics", "Rule", "Explain")


def lines_of(studio: Studio, experiment: int = 0) -> list[pd.DataFrame]:
    """The rows of each set, drawn by the test; hierarchical sets are four levels of reward."""
    draw = np.random.default_rng(5 + experiment)
    rows = studio.rows
    chosen = [rows.sample(SIZE, random_state=draw.integers(1 << 30)) for _ in range(SETS - 4)]
    ordered = rows.sort_values("reward", ascending=False, ignore_index=True)
    levels = [ordered.iloc[places] for places in np.array_split(np.arange(len(ordered)), 4)]
    return [*chosen, *levels]


def means_and_losses(studio: Studio, experiment: int = 0, noise: float = 0.02) -> pd.DataFrame:
    """What the sets' means and log losses are, by the tests' own table."""
    means = pd.DataFrame([part[TERMS].mean() for part in lines_of(studio, experiment)])
    shift = np.random.default_rng(11).normal(0, noise, len(means))
    return means.assign(log_loss=0.8 + sum(TRUE[name] * means[name] for name in TERMS) + shift)


def measure(
    studio: Studio, folder: Path, name: str = "Mine", measured: int = SETS, experiment: int = 0
) -> pd.DataFrame:
    """Leave an experiment in the store of which so many sets have a loss; returns its means and losses."""
    sets = [
        CandidateSet(f"set {i + 1}", Kind.FUSED if i < SETS - 4 else Kind.HIERARCHICAL, part[["dataset_id", "row_id"]])
        for i, part in enumerate(lines_of(studio, experiment))
    ]
    table = means_and_losses(studio, experiment)
    losses = {0: 1.5} | {i + 1: float(table["log_loss"].iloc[i]) for i in range(measured)}
    add_experiment(studio.store, folder, name, sets, losses)
    return table.iloc[:measured]


def lstsq(table: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Constant and coefficients."""
    columns = np.column_stack([np.ones(len(table)), table[names]])
    return np.linalg.lstsq(columns, table["log_loss"], rcond=None)[0]


def tab(app: AppTest, label: str) -> AppTest:
    """Turn to a tab and wait for what is learned."""
    app.session_state["rule tab"] = label
    app.run()
    end = time.monotonic() + 60
    while any(each.label == "Cancel" for each in app.button):
        assert time.monotonic() < end
        app.run()
    assert not app.exception
    return app


def asked(app: AppTest, **fields: Any) -> AppTest:
    """Set widgets of the form by the name of their field: at once those that are there, as each run learns anew."""
    while fields:
        there = {name: widget for name in fields if (widget := _widget(app, name)) is not None}
        assert there, f"no such fields: {', '.join(fields)}"
        for name, widget in there.items():
            widget.set_value(fields.pop(name))
        app.run()
        assert not app.exception
    return app


def _widget(app: AppTest, name: str) -> Any:
    kinds = ("button_group", "segmented_control", "pills", "selectbox", "multiselect", "toggle")
    return next((e for kind in kinds for e in app.get(kind) if str(e.key) == f"learn {name}"), None)


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    (uploader,) = app.file_uploader
    return uploader.set_value((name, content, "text/csv")).run()


def shown(app: AppTest, first: str, *columns: str) -> pd.DataFrame:
    """The table on the page that begins with this column and has the others too."""
    (found,) = [f.value for f in app.dataframe if f.value.columns[0] == first and set(columns) <= set(f.value.columns)]
    return found.set_index(first)


def plots(app: AppTest) -> dict[str, dict]:
    return {str(each.key): json.loads(each.proto.spec) for each in app.get("plotly_chart")}


def numbers(encoded: dict[str, str]) -> np.ndarray:
    """What plotly wrote as base64."""
    return np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"])


def three(studio: Studio) -> AppTest:
    """The page, fitting the three indicators that the losses were made of by least squares, as they are."""
    return asked(studio.open("rule"), indicators=TERMS, method="all", scale="raw")
