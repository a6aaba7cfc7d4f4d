"""On the Indicators page a target is chosen and datasets are scored against it."""

from core.rows.evaluation_set import EvaluationExample
from jobs.scoring.kind import KIND
from pages.components import workspace
from tests.pages.conftest import Studio, press, told

QUESTIONS = [EvaluationExample(f"What is {i} and {i}?", "", (f"It is {2 * i}.",)) for i in range(12)]


def test_a_target_is_chosen_and_rows_are_scored_against_it(queue: Studio) -> None:
    app = queue.open("indicators")
    workspace.studio().evaluation_sets.add("sums", QUESTIONS)
    app = press(app, "Target")
    (choice,) = [each for each in app.selectbox if each.label == "Evaluation set"]
    choice.select("sums").run()
    assert workspace.studio().scores.target == "sums"
    app = press(queue.open("indicators"), "Target")
    assert "keeps a gradient of each row on the disk" in told(app)
    press(app, "Target", "Score")
    specs = [spec for _, spec in workspace.studio().session.client.under_way(KIND)]
    assert {spec.target for spec in specs} == {"sums"}
    assert {name for spec in specs for name in spec.indicators} == {"influence", "loss_drop"}


def test_without_an_evaluation_set_it_is_said_what_to_do(studio: Studio) -> None:
    app = studio.open("indicators")
    for each in workspace.studio().evaluation_sets.all():
        workspace.studio().evaluation_sets.delete(each.evaluation_set_id)
    assert "need an evaluation set as their target" in told(press(app, "Target"))
