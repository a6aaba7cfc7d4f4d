"""The whole app on a temporary data folder, with the demo data, and scores as a worker would have written them."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.indicators import registry
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.paths import PROJECT
from core.store import Store
from core.workspace.demo import load_demo_datasets
from pages.components import workspace
from tests.scored_store import take_embeddings, take_scores

PROFILE = profile("embedded")
ALIKE = 12  # of each dataset the first so many pairs of neighbours share their embedding


class NavigatedPages(PagesManager):
    """Pages as the server knows them from the app's first run on: `st.navigation` says what they are.

    Left alone, AppTest takes the folder `pages` for an app of the old kind at every run, and runs a page without
    `app.py` around it.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        PagesManager.uses_pages_directory = False


@dataclass
class Studio:
    """A data folder and the app over it."""

    root: Path
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def store(self) -> Store:
        return workspace.store()

    def open(self, page: str = "datasets") -> AppTest:
        """A new session, as a browser that was reloaded has."""
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
        return go(app, page)

    def restart(self) -> None:
        """End the process that held the data, as far as the data can tell."""
        workspace.store().close()
        st.cache_resource.clear()
        st.cache_data.clear()


def go(app: AppTest, page: str) -> AppTest:
    """Turn to a page, in the same session."""
    return app.switch_page(f"pages/{page}/page.py").run()


def button(app: AppTest, label: str) -> Any:
    """The only button with this label."""
    (found,) = [each for each in app.button if each.label == label]
    return found


def press(app: AppTest, *labels: str) -> AppTest:
    """Press buttons by label; one in a dialog together with the one that opens it, as the page runs anew as a whole."""
    for label in labels:
        button(app, label).click()
    return app.run()


def drag(app: AppTest, plot: str, low: float, high: float) -> AppTest:
    """Drag a box over a histogram: what the browser sends then, so that the page's own callback is called."""
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith(f"plot {plot} ")]
    states = app._tree.get_widget_states()
    box = {"xref": "x", "yref": "y", "x": [low, high], "y": [0, 1]}
    chosen = {"selection": {"points": [], "point_indices": [], "box": [box], "lasso": []}}
    states.widgets.add(id=chart.proto.id, string_value=json.dumps(chosen))
    return app._run(states)


def until(condition: Callable[[], bool], seconds: float = 30.0, otherwise: Callable[[], str] = str) -> None:
    """Wait for something that another thread does; `otherwise` says how things stand where it does not happen."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen in time {otherwise()}")
        time.sleep(0.02)


def told(app: AppTest) -> str:
    """Everything that the page says in boxes, captions and lines."""
    kinds = (app.info, app.warning, app.error, app.success, app.caption, app.markdown, app.subheader)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def links(app: AppTest) -> list[str]:
    """What the page's own links say, without the numbered steps above it."""
    labels = [each.proto.label for each in app.get("page_link")]
    return [label for label in labels if not re.match(r"(\*\*)?[1-5] ", label)]


def value(text: str) -> float:
    """A number of a page, whose minus is a true one."""
    return float(text.replace("−", "-"))


def metric(app: AppTest, label: str) -> str:
    """The number under this label."""
    (found,) = [each.value for each in app.metric if each.label == label]
    return found


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A new studio: the demo data are there, nothing is scored, no worker has ever run."""
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", NavigatedPages)
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = Studio(tmp_path / "data")
    with Store.open(opened.root / "studio.duckdb") as store:  # where the demo's own scores would be taken in, too
        load_demo_datasets(store)
        store.settings.set("demo_loaded", True)
    yield opened
    opened.restart()


@pytest.fixture
def scored(studio: Studio, tmp_path: Path) -> Studio:
    """A studio whose demo data have numbers drawn at random for scores; `rows` holds them as the tests' own table."""
    generator = np.random.default_rng(7)
    tables = []
    for dataset in studio.store.datasets.all():
        numbered = [pair for batch in studio.store.rows.iterate(dataset.dataset_id) for pair in batch]
        rows, n = [row for _, row in numbered], len(numbered)
        values = {name: generator.lognormal(1.0, 0.5, n) for name in registry()} | {
            "reward": generator.normal(0.0, 1.5, n),
            "output_length": generator.permutation(10 * np.arange(n)) + 20.0 + dataset.dataset_id,
            "knn_distance": generator.uniform(0.1, 1.0, n),
        }
        vectors = generator.normal(size=(n, 384))
        vectors[1 : 2 * ALIKE : 2] = vectors[0 : 2 * ALIKE : 2]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        keys = [scorer_key(name, PROFILE, dataset.fingerprint) for name in registry()]
        take_scores(studio.store, tmp_path, dataset.name, rows, keys, {k: list(v) for k, v in values.items()})
        take_embeddings(studio.store, tmp_path, dataset.name, rows, embedding_model(PROFILE), vectors)
        tables.append(
            pd.DataFrame(
                {
                    "dataset": dataset.name,
                    "dataset_id": dataset.dataset_id,
                    "row_id": [number for number, _ in numbered],
                    "instruction": [row.instruction for row in rows],
                    "input": [row.input for row in rows],
                    "output": [row.output for row in rows],
                    "vector": list(vectors),
                    **values,
                }
            )
        )
    studio.rows = pd.concat(tables, ignore_index=True)
    return studio


@pytest.fixture
def measured(scored: Studio, tmp_path: Path) -> tuple[Studio, pd.DataFrame]:
    """A scored studio with an experiment of measured sets, and the tests' own table of these."""
    from tests.pages.rule_page import measure  # which takes Studio from here

    return scored, measure(scored, tmp_path)


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which a real worker has made the queue's tables, and then was killed."""
    root = tmp_path_factory.mktemp("ran") / "data"
    environment = {**os.environ, "STUDIO_DATA": str(root)}
    worker = subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=PROJECT, env=environment)
    until((root / "jobs" / "worker.json").exists, 120)
    worker.kill()
    worker.wait()
    return root


@pytest.fixture
def queue(scored: Studio, ran_once: Path) -> Studio:
    """A scored studio with a queue that nobody works on, so that everything stands as the page leaves it."""
    return with_queue(scored, ran_once)


def with_queue(studio: Studio, ran_once: Path) -> Studio:
    """The studio with a queue that nobody works on."""
    studio.root.joinpath("jobs").mkdir(exist_ok=True)
    for file in ran_once.glob("jobs.sqlite*"):
        shutil.copy(file, studio.root / file.name)
    shutil.copy(ran_once / "jobs" / "worker.json", studio.root / "jobs" / "worker.json")
    return studio
