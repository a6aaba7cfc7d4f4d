"""The Datasets page finds near-duplicates and evaluation questions, and what is left out comes back when asked for."""

from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row
from tests.pages.conftest import Studio, go, metric, press, told
from tests.scored_store import add_dataset

LONG = "Explain in simple words why the sky looks blue by day and turns red when the sun goes down at evening"


def test_near_duplicates_are_shown_left_out_by_a_filter_and_put_back(studio: Studio) -> None:
    add_dataset(studio.store, "mine", [Row(LONG, "", "Light scatters."), Row(f"{LONG}!", "", "light, scatters")])
    app = press(studio.open(), "Find near-duplicates")
    assert metric(app, "Near-duplicates").startswith("1 (")
    assert [each.value for each in app.text] == [f"{LONG}\n\n→ Light scatters.", f"{LONG}!\n\n→ light, scatters"]
    total = studio.store.datasets.all()
    app = press(app, "Exclude 1 row")
    assert "1 row excluded" in told(app)
    select = go(app, "select")
    rows = sum(each.rows for each in total)
    assert f"**{rows - 1:,}** of {rows:,} rows" in told(select)
    app = press(go(app, "datasets"), "Find near-duplicates")
    app = press(app, "Remove the filter")
    assert f"** of {rows:,} rows" not in told(go(app, "select"))


def test_evaluation_questions_among_the_rows_are_shown_beside_the_question(studio: Studio) -> None:
    studio.store.evaluation_sets.add("exam", [EvaluationExample(LONG, "", ("So.",))])
    add_dataset(studio.store, "mine", [Row(LONG.upper(), "", "Light scatters.")])
    app = press(studio.open(), "Find contamination")
    assert (metric(app, "Contaminated").split()[0], metric(app, "Exact matches")) == ("1", "1")
    assert [each.value for each in app.text] == [LONG.upper(), LONG]
