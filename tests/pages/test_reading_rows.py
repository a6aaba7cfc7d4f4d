"""Rows are sorted by their columns' heads, and read one after the other over all that the filters leave."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.rows.filters import Filters, Marked
from core.rows.marks import Mark
from core.rows.row import Row
from core.store.browse import Browse
from pages.components.rows import read_table
from pages.components.rows.rows_in_order import CHUNK, RowsInOrder
from tests.pages.conftest import Studio, go, press, told
from tests.pages.indicators_page import chips, click, heading, rows_shown
from tests.scored_store import add_dataset


def tag_field(app: AppTest) -> Any:
    """The field of the row that is read, whichever it is by now."""
    (found,) = [each for each in app.multiselect if str(each.key).startswith("tags ")]
    return found


def test_a_head_sorts_all_rows_by_its_column_and_again_from_its_other_end(scored: Studio) -> None:
    app = click(scored.open("indicators"), columns=["reward"]).run()
    assert rows_shown(app)["reward"].tolist() == scored.rows["reward"].nlargest(100).tolist()
    app = click(app, columns=["reward"]).run()
    assert rows_shown(app)["reward"].tolist() == scored.rows["reward"].nsmallest(100).tolist()
    app = click(app, columns=["instruction"]).run()
    assert rows_shown(app)["reward"].tolist() == scored.rows["reward"].nsmallest(100).tolist()


def test_one_goes_on_from_the_last_row_of_a_page_to_the_first_of_the_next(scored: Studio) -> None:
    app = click(scored.open("indicators"), columns=["reward"]).run()
    app = click(app, rows=[99])
    assert f"100 of {len(scored.rows)}" in told(app)
    assert not app.button(key="row after").disabled


@pytest.mark.parametrize("marked", [Marked.ANY, Marked.UNMARKED])
def test_rows_that_are_marked_on_the_way_push_none_out_of_the_order(scored: Studio, marked: Marked) -> None:
    scored.open("indicators")
    filters = Filters(marked=marked)
    wanted = scored.rows.sort_values(["reward", "dataset_id"], ascending=[False, True], kind="stable")[
        "row_id"
    ].tolist()
    rows = RowsInOrder(filters, "reward", True, len(wanted))
    read = []
    for place in range(CHUNK + 3):
        read.append(rows[place][1])
        if place < 5:
            scored.store.marks.mark([read[-1]], Mark.KEEP)
    assert read == wanted[: CHUNK + 3]


def test_rows_that_the_table_knows_are_not_looked_up_again(scored: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    scored.open("indicators")
    places = scored.store.browse.places(Filters(), limit=2 * CHUNK)
    asked = []
    places_of = Browse.places

    def noted(self: Browse, *arguments: Any) -> Any:
        asked.append(arguments[-1])
        return places_of(self, *arguments)

    monkeypatch.setattr(Browse, "places", noted)
    rows = RowsInOrder(Filters(), "position", False, len(scored.rows), places[CHUNK:], CHUNK)
    assert rows[CHUNK : CHUNK + 3] == places[CHUNK : CHUNK + 3] and asked == []
    assert rows[CHUNK - 1] == places[CHUNK - 1] and asked == [0]


def test_cells_in_which_a_word_stands_that_is_looked_for_are_coloured(scored: Studio) -> None:
    scored.open("indicators")
    scored.store.settings.set("filters", Filters(text="the").as_dict())
    app = scored.open("indicators")
    (table,) = [each for each in app.dataframe if str(each.key).startswith("rows ")]
    assert table.proto.arrow_data.styler.styles.count("rgba(255, 213, 74") >= 1


def test_a_row_is_read_beside_its_table_which_follows_and_nothing_else_is_drawn_anew(scored: Studio) -> None:
    app = click(scored.open("indicators"), rows=[4])
    for place in (4, 5):
        (table,) = app.dataframe
        assert json.loads(table.proto.selection_state)["selection"]["rows"] == [place]
        assert f"{place + 1} of {len(scored.rows):,}" in told(app) and not app.title
        app.button(key="row after").click()
        app.run()
    app.button(key="mark keep").click()
    app.run()
    assert app.button(key="mark keep").proto.type == "primary" and not app.title
    assert rows_shown(app)["mark"].tolist()[5:8] == ["", "Keep", ""]
    app.button(key="Undo row").click()
    assert "mark" not in rows_shown(app.run())


def test_a_row_is_tagged_in_the_reader_and_rows_are_filtered_by_their_tags(scored: Studio) -> None:
    app = click(scored.open("indicators"), rows=[4])
    row_id = scored.store.browse.places(Filters(), limit=5)[4][1]
    tag_field(app).set_value(["weak", " needs  work "])
    app.run()
    assert scored.store.marks.of([row_id])[row_id].tags == ("weak", "needs work")
    assert list(rows_shown(app)["tags"][4]) == ["weak", "needs work"]
    app.button(key="row after").click()
    assert tag_field(app.run()).value == [] and "needs work" in tag_field(app).options
    app.button(key="Undo row").click()
    assert "tags" not in rows_shown(app.run()) and scored.store.marks.tags() == {}

    scored.store.marks.mark([row_id], tags=["weak"])
    app = scored.open("indicators")
    (chosen,) = [each for each in app.multiselect if each.key == "tag_filter"]
    assert chosen.options == ["weak"]
    chosen.set_value(["weak"])
    assert chips(app.run()) == ["Tag: weak"] and len(rows_shown(app)) == 1
    app.button(key="chip tag weak").click()
    assert chips(app.run()) == [] and len(rows_shown(app)) == 100
    app.multiselect(key="tag_filter_outside").set_value(["weak"])
    assert chips(app.run()) == ["Not tagged: weak"] and heading(app) == f"Rows ({len(scored.rows) - 1:,})"


def test_all_rows_in_view_are_tagged_and_a_tag_that_is_none_is_told(scored: Studio) -> None:
    scored.open("indicators")
    scored.store.settings.set("filters", Filters((1,)).as_dict())
    scored.store.marks.mark([scored.store.browse.places(Filters((1,)), limit=1)[0][1]], tags=["handbook"])
    app = scored.open("indicators")
    app.selectbox(key="tag for all rows in view").set_value("handbook")
    app.run()
    press(app, "Add tag")
    assert scored.store.marks.tags() == {"handbook": scored.store.browse.count(Filters((1,)), pairs=True)}
    app = click(scored.open("indicators"), rows=[0])
    tag_field(app).set_value(["handbook", "x" * 41])
    assert "A tag has 1 to 40 characters." in "".join(each.value for each in app.run().error)
    assert tag_field(app).value == ["handbook"]


def test_a_click_on_a_cell_opens_its_row_though_another_is_chosen(
    scored: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_table, "ECHO_SECONDS", 0.0)  # as after a second
    app = click(scored.open("indicators"), cells=[[2, "instruction"]])
    assert f"3 of {len(scored.rows):,}" in told(app)
    app.button(key="row after").click()
    app = click(app.run(), rows=[3], cells=[[2, "instruction"]])
    assert f"3 of {len(scored.rows):,}" in told(app)


def test_a_closed_row_leaves_the_page_and_does_not_come_again_on_another(scored: Studio) -> None:
    app = click(scored.open("indicators"), rows=[0]).run()
    assert "row after" in {each.key for each in app.button}
    app.button(key="close_reader").click()
    assert "row after" not in {each.key for each in app.run().run().button}
    app = click(app, rows=[1]).run()
    assert "row after" in {each.key for each in app.button}
    assert "row after" not in {each.key for each in go(app, "select").button}
    assert "row after" not in {each.key for each in go(app, "indicators").button}


def test_other_responses_to_the_instruction_stand_side_by_side(scored: Studio) -> None:
    scored.open("indicators")
    first = next(iter(scored.store.rows.iterate(1)))[0][1]
    add_dataset(scored.store, "again", [Row(first.instruction, first.input, "Quite another answer")])
    app = click(scored.open("indicators"), rows=[0])
    app.button(key="other responses").click()
    bodies = [each.proto.body for each in app.run().get("html")]
    headings = [each for each in bodies if each.startswith("<b>")]
    assert ["This row" in headings[0], "again" in headings[1]] == [True, True]
    assert sum("Quite another answer" in each for each in bodies) == 1
