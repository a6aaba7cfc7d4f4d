"""The plots of the Indicators page: what the server sends of the rows, and what it takes from the browser."""

import base64
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.rows.filters import Filters
from core.values import read
from pages.components import workspace
from pages.components.linked_plots.payload import groups_of, with_told_ranges
from tests.pages.conftest import Studio, drag, go, plots, press, sent, tell
from tests.pages.indicators_page import chips, click, heading


def unpacked(counts: str) -> list[int]:
    """The counts of a cube, as the browser reads them."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(counts)), np.uint8).reshape(4, -1)
    return [int(each) for each in planes.T.copy().view("<u4").ravel()]


def test_every_plot_counts_the_rows_under_the_filters_on_the_others(scored: Studio) -> None:
    app = drag(drag(scored.open("indicators"), "reward", 0.0, 5.0), "mtld", 20.0, None)
    for column, under in (
        ("reward", "mtld >= 20"),
        ("mtld", "0 <= reward <= 5"),
        ("ifd", "mtld >= 20 and 0 <= reward <= 5"),
    ):
        plot = plots(app)[column]
        inside = scored.rows.query(under)
        assert [sum(line) for line in plot["bars"]] == [
            int((inside["dataset_id"] == number).sum()) for number in sorted(scored.rows["dataset_id"].unique())
        ]
        assert sum(plot["before"]) == len(scored.rows)
    assert plots(app)["reward"]["range"] == {"low": 0.0, "high": 5.0, "missing": False}


def test_bars_are_split_by_mark_and_follow_one_that_is_set(scored: Studio) -> None:
    app = tell(scored.open("indicators"), split="mark")
    assert sent(app)["split"] == "mark"
    assert [each["name"] for each in sent(app)["groups"]] == ["Marked keep", "Marked drop", "Unmarked"]
    assert [sum(line) for line in plots(app)["reward"]["bars"]] == [0, 0, len(scored.rows)]
    app = click(app.run(), rows=[0])
    app.button(key="mark keep").click()
    app.run()
    assert [sum(line) for line in plots(app)["reward"]["bars"]] == [1, 0, len(scored.rows) - 1] and not app.title
    app = tell(app, split="dataset")
    assert len(sent(app)["groups"]) == scored.rows["dataset_id"].nunique()


def test_filters_that_leave_nothing_leave_the_axes_as_they_were(scored: Studio) -> None:
    app = scored.open("indicators")
    axis = ("log", "exponent", "first", "steps", "shift")
    before = {name: plots(app)["output_length"][name] for name in axis}
    drag(app, "reward", 80.0, 90.0)
    assert {name: plots(app)["output_length"][name] for name in axis} == before and before["log"]


def test_the_plot_in_use_is_sent_its_pairs_with_all_others_which_its_own_range_does_not_change(scored: Studio) -> None:
    app = tell(scored.open("indicators"), active="reward")
    cube = sent(app)["cube"]
    assert cube["column"] == "reward" and cube["tag"] == plots(app)["reward"]["cube"]
    assert sum(unpacked(cube["counts"])) == len(plots(app)) * len(scored.rows), "each row once with each plot"
    app = drag(app, "reward", 0.0, 5.0)
    assert sent(app)["cube"] == cube
    app = drag(app, "mtld", 20.0, None)
    assert sent(app)["cube"]["tag"] == plots(app)["reward"]["cube"] != cube["tag"]
    assert sum(unpacked(sent(app)["cube"]["counts"])) < sum(unpacked(cube["counts"]))


def test_missing_scores_are_a_bar_that_can_be_chosen(scored: Studio) -> None:
    with scored.store.connection.write() as cursor:
        cursor.execute("UPDATE matrix SET reward = NULL WHERE position < 3")
    scored.store.matrix.revision += 1
    lacking = scored.store.browse.count(Filters().with_missing("reward"))
    app = scored.open("indicators")
    assert plots(app)["reward"]["missing"] and not plots(app)["mtld"]["missing"]
    assert sum(line[-1] for line in plots(app)["reward"]["bars"]) == lacking > 0
    app = tell(app, ranges={"number": 1, "ranges": {"reward": {"low": None, "high": None, "missing": True}}})
    assert heading(app) == f"Rows ({lacking})" and chips(app) == ["Reward: no value"]


def test_ranges_stay_when_scores_arrive_and_the_plots_are_drawn_anew(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.0, 5.0)
    before = sent(app)
    scored.store.matrix.revision += 1
    for _ in range(3):
        app.run()
        assert chips(app) == ["Reward 0 to 5"]
        assert plots(app)["reward"]["range"] == before["plots"][list(plots(app)).index("reward")]["range"]
    assert plots(app)["reward"]["cube"] != {each["column"]: each["cube"] for each in before["plots"]}["reward"]
    app = drag(app, "mtld", 20.0, None)
    assert chips(app) == ["Reward 0 to 5", "MTLD ≥ 20"]


def test_two_windows_narrow_the_same_rows_and_neither_loses_a_range(scored: Studio) -> None:
    first, second = scored.open("indicators"), scored.open("indicators")
    drag(first, "reward", 0.0, 5.0)
    second = drag(second, "mtld", 20.0, None)
    assert chips(second) == ["Reward 0 to 5", "MTLD ≥ 20"] == chips(first.run())
    assert plots(second)["reward"]["range"]["high"] == 5.0


def test_a_drag_draws_plots_filters_and_rows_and_nothing_else(scored: Studio) -> None:
    app = scored.open("indicators")
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pages.components.rows.dataset_choice.studio", lambda: seen.append("page") or workspace.studio())
        tell(app, ranges={"number": 1, "ranges": {"reward": {"low": 0.0, "high": 5.0, "missing": False}}})
        assert not seen and chips(app) == ["Reward 0 to 5"]
        assert heading(app) == f"Rows ({len(scored.rows.query('0 <= reward <= 5'))})"
        app.button(key="chip range reward").click().run()
    assert chips(app) == [] and plots(app)["reward"]["range"] is None


def act(app: AppTest, column: str, act: str, **more: Any) -> AppTest:
    """Press a button above the plots."""
    then = {"act": act, "column": column} | more
    app = tell(app, ranges={"number": sent(app)["taken"] + 1, "ranges": {}, "then": then})
    return app if act == "select" else app.run()


def test_the_rows_of_a_range_are_dropped_and_the_plot_is_free_for_the_next(scored: Studio) -> None:
    app = act(drag(scored.open("indicators"), "reward", 0.0, 5.0), "reward", "drop")
    left = scored.rows.query("not 0 <= reward <= 5")
    assert heading(app) == f"Rows ({len(left)})" and chips(app) == ["Not reward 0 to 5"]
    assert plots(app)["reward"]["range"] is None
    assert sum(map(sum, plots(app)["reward"]["bars"])) == len(left)
    app = act(drag(app, "reward", 8.0, None), "reward", "drop")
    assert heading(app) == f"Rows ({len(left.query('reward < 8'))})"
    app.button(key="chip range reward without 0").click()
    assert heading(app.run()) == f"Rows ({len(scored.rows.query('reward < 8'))})"


def test_an_act_is_done_once_however_often_the_browser_tells_it(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.0, 5.0)
    told = {"number": sent(app)["taken"], "ranges": {}, "then": {"act": "drop", "column": "reward"}}
    assert chips(tell(app, ranges=told).run()) == ["Reward 0 to 5"]


def test_the_best_rows_by_a_score_are_kept_and_selected_ranked_by_it(scored: Studio) -> None:
    middle = scored.rows["perplexity"].median()
    app = act(drag(scored.open("indicators"), "perplexity", middle, None), "reward", "best", rows=9)
    best = scored.rows[scored.rows["perplexity"] >= middle].nlargest(9, "reward")
    assert plots(app)["reward"]["range"]["low"] == best["reward"].min()
    assert heading(app) == "Rows (9)"
    scored.store.settings.set("selection_form", {"quotas": "equal", "near_duplicates": True, "amount": "tokens"})
    app = act(app, "reward", "select")
    assert app.title[0].value == "Select" and not app.exception
    press(go(app, "select"), "Save")
    (saved,) = scored.store.selections.all()
    assert scored.store.selections.members(saved.selection_id)["row_id"].tolist() == best["row_id"].tolist()
    assert saved.name == "Highest 9 by reward"


def test_more_rows_than_there_are_cut_nothing_off_and_it_is_said(scored: Studio) -> None:
    app = act(scored.open("indicators"), "reward", "best", rows=10**6)
    assert chips(app) == [] and sent(app)["said"] == "No more than 1,000,000 rows have this score."
    assert sent(drag(app, "reward", 0.0, 5.0))["said"] == ""


def test_rows_of_a_range_with_two_ends_are_selected_as_the_filters_leave_them(scored: Studio) -> None:
    app = act(drag(scored.open("indicators"), "reward", 0.0, 5.0), "reward", "select")
    press(go(app, "select"), "Save")
    (saved,) = scored.store.selections.all()
    wanted = scored.rows.query("0 <= reward <= 5")["row_id"]
    assert set(scored.store.selections.members(saved.selection_id)["row_id"]) == set(wanted)
    assert saved.name == f"Filtered, {wanted.nunique()} rows"


PLAIN = st.none() | st.booleans() | st.floats() | st.sampled_from(["", "1"])
COLUMNS = st.sampled_from(["reward", "mtld"])
RANGES = st.dictionaries(st.sampled_from(["low", "high", "missing"]), PLAIN)


@settings(max_examples=50)
@given(PLAIN | st.fixed_dictionaries({"ranges": PLAIN | st.dictionaries(COLUMNS, PLAIN | RANGES)}))
def test_nothing_that_a_browser_sends_breaks_the_filters(told_by_browser: Any) -> None:
    changed = with_told_ranges(Filters((1,), text="word"), told_by_browser, ["reward"])
    assert changed.cleared() == Filters((1,)) and changed.text == "word"
    assert all(each.column == "reward" for each in changed.ranges)
    assert read(Filters, changed.as_dict(), "filters") == changed


def test_more_datasets_than_colours_are_drawn_as_others() -> None:
    names = {number: f"set {number}" for number in range(1, 51)}
    groups = groups_of(names, {number: 100 - number for number in names})
    assert [each.name for each in groups] == [f"set {n}" for n in range(1, 8)] + ["43 others"]
    assert len({each.colour for each in groups}) == 8
    assert sorted(number for each in groups for number in each.members) == sorted(names)
    colours = [each.colour for each in groups_of({1: "a", 17: "b", 33: "c"}, {})]
    assert len(set(colours)) == 3, "numbers sixteen apart have the same colour elsewhere"
