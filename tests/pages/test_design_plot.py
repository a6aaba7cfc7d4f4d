"""The review of an experiment shows how far apart the designed sets lie."""

from tests.pages.conftest import Studio, told
from tests.pages.experiments_page import review, wizard


def test_designed_sets_are_shown_beside_as_many_fused_ones(scored: Studio) -> None:
    app = review(wizard(scored.open("experiments"), designed_sets=8, rows=10))
    assert "design" in {str(each.key) for each in app.get("plotly_chart")}
    said = told(app)
    assert "times as wide as those of as many fused sets" in said and "too few to tell" in said
    app.selectbox(key="design across").set_value("reward").run()
    assert not app.exception
