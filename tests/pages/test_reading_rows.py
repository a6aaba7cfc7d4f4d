"""Rows are sorted by their columns' heads, and read one after the other over all that the filters leave."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.rows.filters import Filters, Marked
from core.rows.marks import Mark
from pages.components.rows.rows_in_order import CHUNK, RowsInOrder
from tests.pages.conftest import Studio, told
from tests.pages.indicators_page import rows_shown


def click(app: AppTest, **chosen: object) -> AppTest:
    """Click a head or a row of the linked table."""
    (table,) = [each for each in app.dataframe if str(each.key).startswith("rows ")]
    selection = {"selection": {"rows": [], "columns": [], "cells": []} | chosen}
    states = app._tree.get_widget_states()
    states.widgets.add(id=table.proto.id, string_value=json.dumps(selection))
    return app._run(states)


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


def test_cells_in_which_a_word_stands_that_is_looked_for_are_coloured(scored: Studio) -> None:
    scored.open("indicators")
    scored.store.settings.set("filters", Filters(text="the").as_dict())
    app = scored.open("indicators")
    (table,) = [each for each in app.dataframe if str(each.key).startswith("rows ")]
    assert table.proto.arrow_data.styler.styles.count("rgba(255, 213, 74") >= 1
