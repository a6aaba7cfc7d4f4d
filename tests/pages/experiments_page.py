"""The Experiments page as the tests use it: its wizard, and experiments whose losses came in."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.rows.candidate_set import CandidateSet
from tests.pages.conftest import Studio, press, until

NEXT = ("Next: Model and evaluation", "Next: Review and start")


def wizard(app: AppTest, **choices: Any) -> AppTest:
    """Open the wizard if it is not, and make choices of the step in view, by their names."""
    if not app.session_state["experiment shown"]:
        press(app, "Start a quick trial")
    kinds = ("number_input", "pills", "multiselect", "selectbox", "segmented_control", "text_input")
    if "fused_sets" in choices:
        choices = {"designed_sets": 0, **choices}
    for name, value in choices.items():
        (widget,) = [w for kind in kinds for w in getattr(app, kind) if w.key == f"experiment {name}"]
        widget.set_value(value).run()
        assert not app.exception
    return app


def review(app: AppTest) -> AppTest:
    """Turn to the last step, and wait for the sets."""
    for label in NEXT:
        press(app, label)
    until(lambda: any(m.label == "Candidate sets" for m in app.metric) or bool(app.run().error))
    assert not app.exception
    return app


def started(studio: Studio, app: AppTest) -> list[CandidateSet]:
    """Start what is reviewed; the sets as the store has them."""
    press(app, "Start experiment")
    assert not app.error and not app.exception
    return studio.store.experiments.candidate_sets(studio.store.experiments.all()[0].experiment_id)


def dataset_id(studio: Studio, name: str) -> int:
    return next(each.dataset_id for each in studio.store.datasets.all() if each.name == name)


def rows_of(each: CandidateSet) -> list[int]:
    return each.members["row_id"].tolist()
