"""The whole app on a temporary data folder, with the demo data, and scores as a worker would have written them."""

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.components.v2.manifest_scanner import scan_component_manifests
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.paths import PROJECT
from core.store import Store
from core.workspace.demo import load_demo_datasets
from pages.components import workspace
from pages.components.background import Background
from tests.jobs.studio import copy_queue
from tests.scored_demo import score_at_random

STORE = "studio.duckdb"
COMPILED = ScriptCache()  # which a server has one of, and AppTest makes anew for every run
installed_components = cache(scan_component_manifests)  # which every new session looks for in all of site-packages


class NavigatedPages(PagesManager):
    """Pages as the server knows them from the app's first run on: `st.navigation` says what they are.

    Left alone, AppTest takes the folder `pages` for an app of the old kind at every run, and runs a page without
    `app.py` around it.
    """

    known: Any = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        PagesManager.uses_pages_directory = False
        self._pages = NavigatedPages.known  # as the server still has them where a part of a page runs alone

    def set_pages_and_resolve(self, pages: Any, fallback_page_hash: str = "") -> Any:
        NavigatedPages.known = pages
        return super().set_pages_and_resolve(pages, fallback_page_hash)


@dataclass
class Studio:
    """A data folder and the app over it."""

    root: Path
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def store(self) -> Store:
        return workspace.studio().session.store

    def open(self, page: str = "datasets") -> AppTest:
        """A new session, as a browser that was reloaded on this page has."""
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
        app._page_hash = calc_hash(page)  # AppTest itself knows the addresses of pages once the app has run
        return app.run()

    def restart(self) -> None:
        """End the process that held the data, as far as the data and what computes beside the page can tell."""
        for thread in threading.enumerate():
            if isinstance(thread, Background):
                thread.cancel()
        workspace.studio().close()
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


def linked_plots(app: AppTest) -> Any:
    """The one component of linked plots that is on the page."""
    (found,) = [each for each in app.get("bidi_component") if str(each.key).startswith("plots ")]
    return found


def sent(app: AppTest) -> dict[str, Any]:
    """What the linked plots were sent."""
    return dict(json.loads(linked_plots(app).proto.json))


def plots(app: AppTest) -> dict[str, dict[str, Any]]:
    """The same, by column."""
    return {each["column"]: each for each in sent(app)["plots"]}


def tell(app: AppTest, **events: Any) -> AppTest:
    """Send what the linked plots tell from the browser, so that the page's own callbacks are called."""
    states = app._tree.get_widget_states()
    told = [{"event": event, "value": value} for event, value in events.items()]
    name = f"$$STREAMLIT_INTERNAL_KEY_{linked_plots(app).proto.id}__events"
    states.widgets.add(id=name, json_trigger_value=json.dumps(told))
    return app._run(states)


def drag(app: AppTest, column: str, low: float | None, high: float | None) -> AppTest:
    """Drag over a histogram from one value to another.

    AppTest then knows only what was drawn anew, a browser the rest as well: so the page is drawn again as a whole.
    """
    chosen = {"low": low, "high": high, "missing": False}
    return tell(app, ranges={"number": sent(app)["taken"] + 1, "ranges": {column: chosen}}).run()


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


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demo data, nothing scored; tests work on copies."""
    file = tmp_path_factory.mktemp("demo") / STORE
    with Store.open(file) as store:  # where the demo's own scores would be taken in, too
        load_demo_datasets(store)
        store.settings.set("demo_loaded", True)
    return file


@pytest.fixture(scope="session")
def scored_store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The same with scores, and the tests' own table of them."""
    folder = tmp_path_factory.mktemp("scored")
    file = Path(shutil.copy(demo_store, folder))
    with Store.open(file) as store:
        return file, score_at_random(store, folder)


@pytest.fixture
def studio(tmp_path: Path, demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A new studio: the demo data are there, nothing is scored, no worker has ever run."""
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", NavigatedPages)
    monkeypatch.setattr("streamlit.testing.v1.local_script_runner.ScriptCache", lambda: COMPILED)
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", installed_components)
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = Studio(tmp_path / "data")
    opened.root.mkdir(exist_ok=True)
    shutil.copy(demo_store, opened.root)
    yield opened
    opened.restart()


@pytest.fixture
def scored(studio: Studio, scored_store: tuple[Path, pd.DataFrame]) -> Studio:
    """A studio whose demo data have numbers drawn at random for scores; `rows` holds them as the tests' own table."""
    file, rows = scored_store
    shutil.copy(file, studio.root)
    studio.rows = rows.copy()
    return studio


@pytest.fixture
def measured(scored: Studio, tmp_path: Path) -> tuple[Studio, pd.DataFrame]:
    """A scored studio with an experiment of measured sets, and the tests' own table of these."""
    from tests.pages.rule_page import measure  # which takes Studio from here

    return scored, measure(scored, tmp_path)


@pytest.fixture
def queue(scored: Studio, ran_once: Path) -> Studio:
    """A scored studio with a queue that nobody works on, so that everything stands as the page leaves it."""
    return with_queue(scored, ran_once)


def with_queue(studio: Studio, ran_once: Path) -> Studio:
    """The studio with a queue that nobody works on."""
    copy_queue(ran_once, studio.root)
    return studio
