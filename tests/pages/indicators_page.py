"""The Indicators page as the tests use it: its table, its chips and its heading."""

import json

import pandas as pd
from streamlit.testing.v1 import AppTest


def rows_shown(app: AppTest) -> pd.DataFrame:
    """The linked table: the only one whose rows can be ticked."""
    (table,) = [each.value for each in app.dataframe if str(each.key).startswith("rows ")]
    return table


def chips(app: AppTest) -> list[str]:
    return [each.label for each in app.button if str(each.key).startswith("chip ")]


def heading(app: AppTest) -> str:
    return app.subheader[-1].value


def click(app: AppTest, name: str = "rows", **chosen: object) -> AppTest:
    """Click a head or a row of a table, the linked one without a name. A row is drawn alone then: what else stands on
    the page stays."""
    (table,) = [each for each in app.dataframe if str(each.key).startswith(f"{name} ")]
    selection = {"selection": {"rows": [], "columns": [], "cells": []} | chosen}
    states = app._tree.get_widget_states()
    states.widgets.add(id=table.proto.id, string_value=json.dumps(selection))
    return app._run(states)
