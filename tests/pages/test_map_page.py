"""What is drawn on the map filters every page; rows are found by meaning, and marks by hand decide selections."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from streamlit.testing.v1 import AppTest

from core.rows.filters import Filters, Marked
from core.rows.marks import Mark, RowMark
from core.rows.row import Row
from pages.components import workspace
from pages.map import view
from tests.pages.conftest import Studio, button, go, press, told
from tests.pages.map_page import (
    CLUSTERS,
    STAR,
    click_clusters,
    cluster_table,
    draw,
    drawn,
    heading,
    lasso,
    look_at,
    ranges,
    traces,
    with_map,
)
from tests.scored_store import add_dataset


@pytest.fixture
def mapped(scored: Studio, tmp_path: Path) -> Studio:
    """With a map of an earlier version, which has no clusters."""
    return with_map(scored, tmp_path, clusters=False)


@pytest.fixture
def clustered(scored: Studio, tmp_path: Path) -> Studio:
    """With a map that has clusters."""
    return with_map(scored, tmp_path, clusters=True)


def test_a_map_in_another_colour_shows_the_part_that_was_looked_at(mapped: Studio) -> None:
    app = mapped.open("map")
    assert ranges(app) == [None, None]
    app = look_at(app, x=[-1.0, 0.5], y=[0.0, 1.5])
    app = mapped_anew(app, colour="reward")
    assert ranges(app) == [[-1.0, 0.5], [0.0, 1.5]]
    for nothing in ({}, {"x": [1.0, -1.0], "y": [0, 1]}, {"x": ["a", 1], "y": [0, 1]}):
        assert ranges(look_at(app, **nothing).run()) == [None, None]


def test_of_a_sample_the_part_that_is_looked_at_has_points_of_its_own(
    mapped: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "POINTS", 40)
    monkeypatch.setattr(view, "DENSE", 50)
    app = mapped.open("map")
    assert drawn(app) == 40
    assert "Rows" in traces(app)
    app = look_at(app, x=[-0.2, 0.2], y=[-0.2, 0.2])
    inside = mapped.rows.query("-0.2 <= x <= 0.2 and -0.2 <= y <= 0.2")
    assert 0 < len(inside) < 40 and not app.title, "the map alone"
    assert drawn(app) == len(inside) and "Rows" not in traces(app)
    app = look_at(app.run(), x=[-2.0, 2.0], y=[-2.0, 2.0])
    fields = traces(app)["Rows"]["x"]
    middles = np.frombuffer(base64.b64decode(fields["bdata"]), fields["dtype"])
    assert len(middles) == view.FIELDS and middles[0] == pytest.approx(-2 + 2 / view.FIELDS), "of this part alone"


def mapped_anew(app: AppTest, colour: str) -> AppTest:
    """Another colour."""
    app = app.run()
    app.selectbox(key="map_colour").set_value(colour)
    return app.run()


def test_a_lasso_filters_this_page_and_the_others_until_its_chip_is_removed(mapped: Studio) -> None:
    inside = Polygon(STAR).contains_points(mapped.rows[["x", "y"]])
    app = lasso(mapped.open("map"), STAR)
    assert not app.exception
    assert heading(app) == f"Rows ({inside.sum()})"
    assert set(mapped.store.maps.sample("a map", workspace.filters(), [], 1_000)["row_id"]) == set(
        mapped.rows.loc[inside, "row_id"]
    )
    assert heading(go(app, "indicators")) == f"Rows ({inside.sum()})"
    press(app, "Area of the map")
    assert heading(app) == f"Rows ({len(mapped.rows)})"


def test_the_rows_of_a_lasso_are_dropped_or_selected(mapped: Studio) -> None:
    inside = Polygon(STAR).contains_points(mapped.rows[["x", "y"]])
    app = press(lasso(mapped.open("map"), STAR), "Drop these")
    assert heading(app) == f"Rows ({(~inside).sum()})"
    press(app, "Not in an area of the map")
    press(lasso(app, STAR), "Select these")
    assert app.title[0].value == "Select" and not app.exception
    press(go(app, "select"), "Save")
    (saved,) = mapped.store.selections.all()
    kept = set(mapped.store.selections.members(saved.selection_id)["row_id"])
    assert kept == set(mapped.rows.loc[inside, "row_id"])


@pytest.mark.parametrize("colour", ["mark", "reward", "perplexity"])
def test_the_map_is_coloured_by_marks_and_scores(mapped: Studio, colour: str) -> None:
    mapped.store.marks.mark(mapped.rows["row_id"].tolist()[:3], Mark.KEEP)
    app = mapped.open("map")
    app.selectbox(key="map_colour").set_value(colour).run()
    assert not app.exception
    names = list(traces(app))
    assert names == (["Unmarked", "Marked keep"] if colour == "mark" else [colour.capitalize()])


def test_a_clicked_cluster_filters_every_page_until_it_is_clicked_again(clustered: Studio) -> None:
    app = clustered.open("map")
    table = cluster_table(app).value
    sizes = clustered.rows["cluster"].value_counts()
    assert not app.exception
    assert table["name"].tolist() == ["poem, verse", "python function", "recipe", "no cluster"]
    assert table["rows"].tolist() == [sizes[1], sizes[2], sizes[3], sizes[0]] and "kept" not in table
    means = clustered.rows.groupby("cluster")["mtld"].mean()
    assert table["mtld"].tolist() == pytest.approx([means[1], means[2], means[3], means[0]])
    app = click_clusters(app, cells=[[1, "name"]])
    assert heading(app) == f"Rows ({sizes[2]})"
    assert heading(go(app, "indicators")) == f"Rows ({sizes[2]})"
    button(app, "Cluster: python function")
    app = click_clusters(go(app, "map"), cells=[[3, "rows"]])
    assert heading(app) == f"Rows ({sizes[0]})", "another cluster takes its place"
    app = click_clusters(app, cells=[[3, "name"]])
    assert heading(app) == f"Rows ({len(clustered.rows)})"
    app = press(click_clusters(app, cells=[[0, "name"]]), "Drop these")
    assert heading(app) == f"Rows ({len(clustered.rows) - sizes[1]})"
    button(app, "Not in cluster: poem, verse")


def test_the_clusters_say_which_share_of_them_a_filter_keeps_and_are_sorted_by_a_head(clustered: Studio) -> None:
    clustered.open("map")
    workspace.set_filters(Filters().with_range("mtld", 2.5, None))
    app = click_clusters(clustered.open("map"), columns=["mtld"])
    table = cluster_table(app).value.set_index("name")
    kept = (clustered.rows["mtld"] >= 2.5).groupby(clustered.rows["cluster"]).mean()
    assert table["kept"].to_dict() == pytest.approx({CLUSTERS.get(each, "no cluster"): kept[each] for each in range(4)})
    assert table["mtld"][:3].is_monotonic_decreasing and table.index[3] == "no cluster"
    assert cluster_table(click_clusters(app, columns=["mtld"])).value["mtld"][:3].is_monotonic_increasing


def test_the_clusters_say_which_share_of_them_a_saved_selection_keeps(clustered: Studio) -> None:
    app = press(clustered.open("select"), "Save")
    (saved,) = clustered.store.selections.all()
    app = go(app, "map")
    assert "selected" not in cluster_table(app).value
    table = cluster_table(app.selectbox(key="clusters of a selection").set_value(saved.selection_id).run()).value
    kept = clustered.rows["row_id"].isin(clustered.store.selections.members(saved.selection_id)["row_id"])
    shares = kept.groupby(clustered.rows["cluster"]).mean()
    assert 0 < kept.sum() < len(kept)
    assert table["selected"].tolist() == pytest.approx([shares[1], shares[2], shares[3], shares[0]])


def test_the_map_shows_clusters_by_colour_and_name(clustered: Studio) -> None:
    app = clustered.open("map")
    drawn = traces(app)
    assert list(drawn) == ["In no cluster", "Clusters"]
    assert len(set(drawn["Clusters"]["marker"]["color"])) == 3
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith("plot map ")]
    labels = [each["text"] for each in json.loads(chart.proto.spec)["layout"]["annotations"]]
    assert labels[0] == "poem, verse" and set(labels) <= set(CLUSTERS.values())


def test_where_the_points_are_a_small_sample_the_density_shows_all_rows(
    clustered: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = clustered.open("map")
    assert "Rows" not in traces(app)
    for name in ("POINTS", "DENSE"):
        monkeypatch.setattr(f"pages.map.view.{name}", 50)
    app.run()
    assert traces(app)["Rows"]["type"] == "heatmap"
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith("plot map ")]
    assert (
        "a sample of 50 of 253 rows, over the density of all" in json.loads(chart.proto.spec)["layout"]["title"]["text"]
    )


def test_rows_that_are_not_on_the_map_do_not_make_it_a_sample(mapped: Studio) -> None:
    add_dataset(mapped.store, "not embedded", [Row("A question?", "", "An answer.")])
    (chart,) = [each for each in mapped.open("map").get("plotly_chart") if str(each.key).startswith("plot map ")]
    title = json.loads(chart.proto.spec)["layout"]["title"]["text"]
    assert "253 of 254 rows" in title and "sample" not in title


def test_without_webgl_fewer_points_are_drawn_as_svg(clustered: Studio) -> None:
    app = clustered.open("map")
    assert {each["type"] for each in traces(app).values()} == {"scattergl"}
    app.session_state["browser without WebGL"] = True
    assert {each["type"] for each in traces(app.run()).values()} == {"scatter"}
    assert "Your browser has no WebGL, so at most 1,000 points are shown." in told(app)


def test_a_map_of_an_earlier_version_offers_to_find_clusters(mapped: Studio) -> None:
    app = mapped.open("map")
    assert "This map has no clusters yet." in told(app) and "will be removed" not in told(app)
    assert not button(app, "Find clusters").disabled
    app = lasso(app, [(-9.0, -9.0), (0.0, -9.0), (0.0, 9.0), (-9.0, 9.0)])
    assert "1 filter by its areas or clusters will be removed." in told(app)


def test_a_clicked_point_opens_its_row_which_is_kept_noted_and_taken_back(mapped: Studio) -> None:
    line = mapped.rows.iloc[20]
    row_id = int(line["row_id"])
    app = draw(mapped.open("map"), points=[{"customdata": [int(line["dataset_id"]), row_id]}])
    button(app, "Keep").click()
    (note,) = app.text_area
    note.set_value("a model answer")
    app.run()
    assert mapped.store.marks.of([row_id]) == {row_id: RowMark(Mark.KEEP, "a model answer")}
    press(mapped.open("map"), "Undo")
    assert mapped.store.marks.of([row_id]) == {row_id: RowMark(Mark.KEEP)}


def test_a_second_click_on_a_point_opens_its_row_again_and_a_lasso_taken_away_opens_none(mapped: Studio) -> None:
    def is_open(app: AppTest) -> bool:
        return "close_reader" in {each.key for each in app.button}

    line = mapped.rows.iloc[20]
    app = draw(mapped.open("map"), points=[{"customdata": [int(line["dataset_id"]), int(line["row_id"])]}])
    assert is_open(app)
    app.button(key="close_reader").click()
    assert not is_open(app.run().run())
    assert is_open(draw(app))
    app.button(key="close_reader").click()
    app.run().run()
    app.segmented_control(key="map_mouse").set_value("lasso").run()
    assert not is_open(draw(lasso(app, STAR)))


def test_the_rows_most_like_one_are_shown_nearest_first(mapped: Studio) -> None:
    line = mapped.rows.iloc[30]
    app = draw(mapped.open("map"), points=[{"customdata": [int(line["dataset_id"]), int(line["row_id"])]}])
    button(app, "Similar rows").click()
    app = app.run()
    assert not app.exception
    (table,) = [each.value for each in app.dataframe if "similarity" in each.value]
    vectors = np.stack(mapped.rows["vector"].tolist())
    cosines = np.sort(vectors @ line["vector"])[::-1][:50]
    assert table["similarity"].tolist() == pytest.approx(cosines.tolist(), abs=1e-4)
    press(app, "Clear all")
    shown = app.selectbox(key="table_order").value, app.segmented_control(key="table_direction").value
    assert shown == ("position", "Lowest first")


def test_marks_of_all_rows_in_view_decide_the_selection_and_are_counted(mapped: Studio) -> None:
    worst = mapped.rows.nsmallest(3, "reward")["row_id"].tolist()
    best = mapped.rows.nlargest(4, "reward")["row_id"].tolist()
    mapped.store.marks.mark(worst, Mark.KEEP)
    mapped.store.marks.mark(best, Mark.DROP)
    mapped.store.settings.set(
        "selection_form", {"rank_by": "indicator", "indicator": "reward", "amount": "rows", "rows": 10}
    )
    app = mapped.open("select")
    assert "3 rows marked keep, 4 marked drop" in told(app)
    press(app, "Save")
    (saved,) = mapped.store.selections.all()
    kept = mapped.store.selections.members(saved.selection_id)["row_id"].tolist()
    assert set(kept[:3]) == set(worst) and not set(best) & set(kept) and len(kept) == 10
    app = go(app, "map")
    app.pills(key="marked_filter").set_value(Marked.DROPPED).run()
    assert heading(app) == "Rows (4)"
    button(app, "Remove marks").click()
    app.run()
    assert mapped.store.marks.counts(workspace.filters())[Marked.DROPPED] == 0
    assert mapped.store.selections.members(saved.selection_id)["row_id"].tolist() == kept, "what was saved stays"
