"""The first map: computed unasked where rows are few, once no rows are being scored; else when asked for."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.rows.row import Row
from pages.components import workspace
from tests.pages.conftest import Studio, button, press, told, until
from tests.scored_store import add_dataset


def test_without_embeddings_the_page_says_what_to_score_first(studio: Studio) -> None:
    app = studio.open("map")
    assert not app.exception
    assert "A map needs embeddings" in told(app)


def test_no_map_is_begun_unasked_where_that_is_switched_off(queue: Studio) -> None:
    queue.store.settings.set("map_after_scoring", False)
    app = queue.open("map")
    (switch,) = [each for each in app.toggle if each.label == "Map after scoring"]
    assert not switch.value and not button(app, "Compute map").disabled
    assert not list((queue.root / "jobs").glob("*/spec.json"))
    switch.set_value(True)
    app.run()
    assert workspace.studio().maps.automatic


def test_the_first_map_of_few_rows_is_computed_unasked_and_once_cancelled_only_when_asked_for(queue: Studio) -> None:
    app = queue.open("map")
    jobs = queue.root / "jobs"
    until(lambda: app.run() and any(jobs.glob("*/spec.json")), otherwise=lambda: str(app.main))
    (folder,) = [path.parent for path in jobs.glob("*/spec.json")]
    spec = json.loads((folder / "spec.json").read_text())
    assert (spec["kind"], spec["rows"]) == ("map", len(queue.rows))
    assert pq.read_table(folder / "input" / "embeddings.parquet").num_rows == len(queue.rows)
    until(lambda: "Cancel" in [each.label for each in app.run().button], otherwise=lambda: str(app.main))
    press(app, "Cancel")
    app = queue.open("map")
    assert f"{len(queue.rows):,} rows to two dimensions" in told(app)
    press(app, "Compute map")
    until(lambda: len([*jobs.glob("*/spec.json")]) == 2, otherwise=lambda: str(app.run().main))


def test_of_many_rows_the_map_is_computed_when_asked_for(queue: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.map.making.UNASKED_ROWS", 10)
    app = queue.open("map")
    assert not button(app, "Compute map").disabled
    assert not [*(queue.root / "jobs").glob("*/spec.json")]


def test_while_rows_are_scored_no_map_is_begun_and_one_of_all_of_them_afterwards(queue: Studio) -> None:
    app = queue.open("datasets")
    add_dataset(queue.store, "mine", [Row("What is left?", "", "A row without scores.")])
    (job,) = workspace.studio().scores.enqueue("mine", indicators=["input_words"])
    app = queue.open("map")
    assert "The map is computed afterwards" in told(app) and kinds(queue.root) == ["score"]
    workspace.studio().jobs.cancel(job)
    until(lambda: "map" in kinds(app.run() and queue.root), otherwise=lambda: str(app.main))


def kinds(root: Path) -> list[str]:
    """Of the jobs that were queued, oldest first."""
    return [json.loads(spec.read_text())["kind"] for spec in sorted((root / "jobs").glob("*/spec.json"))]
