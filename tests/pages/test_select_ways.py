"""The Select page chooses by a way, within a budget of tokens, and says what a way needs first."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.selection.ways import use_own
from tests.core.selection.test_own_ways import NAME, example
from tests.pages.conftest import Studio, metric, press, told
from tests.pages.select_page import chosen, kept


@pytest.fixture(autouse=True)
def none_afterwards() -> Iterator[None]:
    yield
    use_own(())


def test_the_longest_rows_are_kept_up_to_a_budget(scored: Studio) -> None:
    app = chosen(scored.open("select"), rank_by="way", way="longest", amount="tokens", tokens=5_000)
    assert "most response tokens" in told(app) and "arXiv 2402.04833" in told(app)
    longest = scored.rows.sort_values("output_length", ascending=False, kind="stable")
    fits = longest["output_length"].cumsum() <= 5_000
    assert sorted(scored.rows.set_index("row_id").loc[kept(scored, app), "output_length"]) == sorted(
        longest.loc[fits, "output_length"]
    )
    tokens, everything = longest.loc[fits, "output_length"].sum(), longest["output_length"].sum()
    assert f"{tokens:,.0f} of {everything:,.0f}" in [each.delta for each in app.metric]


def test_what_a_way_needs_is_said(studio: Studio) -> None:
    app = chosen(studio.open("select"), rank_by="way", way="junk_dropped")
    assert "Not scored yet: output length (" in told(app) and not app.exception


def test_a_way_of_ones_own_is_switched_on_and_chooses(scored: Studio) -> None:
    (scored.root / "ways").mkdir()
    (scored.root / "ways" / f"{NAME}.py").write_text(example(), "utf-8")
    app = chosen(scored.open("select"), rank_by="way")
    press(app, "Own ways")
    assert "runs with your rights" in told(app) and f"`{NAME}.py` · off" in told(app)
    app.toggle(key="own ways switch").set_value(True)
    app.run()
    app = chosen(app, way=NAME, amount="rows", rows=5)
    assert metric(app, "Kept") == "5" and not app.exception
    saved = kept(scored, app)
    assert scored.store.selections.all()[0].spec["way_code"] and len(saved) == 5


def measured(app: AppTest) -> None:
    """Ask for the certainty and wait until the work beside the page is done."""
    press(app, "Measure certainty")
    app.session_state["certainty task"][1].join(60)
    app.run()


def test_certainty_is_measured_on_demand_and_shows_the_toss_ups(scored: Studio) -> None:
    app = chosen(scored.open("select"), rank_by="random", amount="rows", rows=60)
    assert "sure to keep" not in told(app).lower()
    measured(app)
    rows = len(scored.rows)
    assert "50 draws. Varied: the seed." in told(app) and not app.exception
    assert sum(int(metric(app, each)) for each in ("Sure to keep", "Toss-up", "Sure to drop")) == rows
    assert int(metric(app, "Toss-up")) > rows * 0.9, "60 of 253 rows at random"
    app = chosen(app, rank_by="rule")
    measured(app)
    assert "is not known" in told(app) and "Nothing differs" in told(app)
