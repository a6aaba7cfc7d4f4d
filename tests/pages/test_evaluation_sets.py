"""Evaluation sets on the Experiments page: the demo's, one's own from a file or rows, their parts, deleted ones."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from core.rows.evaluation_set import EvaluationExample
from core.workspace.demo import EVALUATION
from tests.pages.conftest import Studio, button, press, told
from tests.pages.experiments_page import NEXT, wizard


def test_the_demo_evaluation_set_is_there_and_once_deleted_stays_away(studio: Studio) -> None:
    app = wizard(studio.open("experiments"))
    press(app, NEXT[0])
    (first,) = studio.store.evaluation_sets.all()
    assert (first.name, first.examples, first.responses) == (EVALUATION, 52, 104)
    button(app, "Delete").click().run()
    assert "will be deleted" in told(app) and studio.store.evaluation_sets.all()
    app.button(key="delete evaluation").click()  # the dialog is open only in the run in which this is pressed
    app.button(key="delete evaluation now").click().run()
    assert not studio.store.evaluation_sets.all()
    studio.restart()
    app = wizard(studio.open("experiments"))
    press(app, NEXT[0])
    assert "No evaluation set" in told(app)
    press(app, NEXT[1])
    assert "No evaluation set" in app.error[0].value and not app.exception


def test_an_evaluation_set_is_loaded_from_a_file_after_a_look_at_it(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [{"instruction": "Why?", "outputs": ["Because.", "So."]}, {"instruction": "How?", "output": "Thus."}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    app = press(wizard(studio.open("experiments")), NEXT[0])
    for path in (tmp_path / "nowhere.jsonl", file):
        button(app, "Load evaluation set").click().run()
        app.text_input(key="evaluation path").set_value(str(path))
        press(app, "Load evaluation set")
        assert bool(app.error) == (path != file)
    assert shown_table(app, "Response 2")["Response 2"].tolist() == ["So.", ""]
    press(app, "Load evaluation set", "Save")
    kept = studio.store.evaluation_sets.all()[1]
    assert (kept.name, kept.examples, kept.responses) == ("mine", 2, 3)
    assert studio.store.evaluation_sets.examples(kept.evaluation_set_id)[0] == EvaluationExample(
        "Why?", "", ("Because.", "So.")
    )
    (shown,) = [each for each in app.selectbox if each.label == "Evaluation set"]
    assert shown.value == kept.evaluation_set_id


def shown_table(app: AppTest, column: str) -> Any:
    """The table in view that has this column."""
    (found,) = [each.value for each in app.dataframe if column in each.value]
    return found


def test_the_four_parts_are_shown_with_what_may_look_at_them_and_can_be_set(studio: Studio) -> None:
    app = press(wizard(studio.open("experiments")), NEXT[0])
    table = shown_table(app, "Use")
    assert table["Part"].tolist() == ["Guide", "Validation", "Test", "Transfer"]
    assert table["Instructions"].sum() == 52 and "Only the proof reads it." in table["Use"].tolist()
    assert "nats/token can be told (95%, power 80%)" in told(app)
    other = studio.store.evaluation_sets.add("other", [EvaluationExample("Why?", "", ("So.",))])
    button(app, "Parts").click().run()
    assert "needs" in told(app)
    app.number_input(key="share guide").set_value(90)
    press(app, "Parts")
    assert "more than 100% together" in app.error[0].value and button(app, "Save parts").disabled
    app.number_input(key="share guide").set_value(0)
    app.number_input(key="share validation").set_value(50)
    app.selectbox(key="share transfer").set_value(other)
    press(app, "Parts")
    press(app, "Parts", "Save parts")
    assert shown_table(app, "Use")["Instructions"].tolist()[::3] == [0, 1]
    assert studio.store.evaluation_sets.get(1).division.shares.test == 0.5


def test_rows_are_held_out_by_a_button(studio: Studio) -> None:
    app = press(wizard(studio.open("experiments")), NEXT[0])
    button(app, "Hold out rows").click().run()
    app.number_input(key="held out rows").set_value(10**6)
    press(app, "Hold out rows", "Hold out")
    assert "cannot be held out" in app.error[0].value and not app.exception
    button(app, "Hold out rows").click().run()
    app.multiselect(key="held out datasets").set_value(["forum"])
    app.number_input(key="held out rows").set_value(7)
    press(app, "Hold out rows", "Hold out")
    kept = studio.store.evaluation_sets.all()[1]
    assert (kept.name, kept.examples, kept.held_out) == ("forum, held out", 7, True)
