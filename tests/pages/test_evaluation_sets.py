"""Evaluation sets on the Experiments page: the demo's, one's own from a file, deleted ones."""

import json
from pathlib import Path

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
    assert app.dataframe[0].value["Response 2"].tolist() == ["So.", ""]
    press(app, "Load evaluation set", "Save")
    kept = studio.store.evaluation_sets.all()[1]
    assert (kept.name, kept.examples, kept.responses) == ("mine", 2, 3)
    assert studio.store.evaluation_sets.examples(kept.evaluation_set_id)[0] == EvaluationExample(
        "Why?", "", ("Because.", "So.")
    )
    (shown,) = [each for each in app.selectbox if each.label == "Evaluation set"]
    assert shown.value == kept.evaluation_set_id
