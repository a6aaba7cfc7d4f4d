"""The Select page as the tests use it: its form, its tabs, and which rows it keeps by the tests' own ranking."""

import re
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Studio, press


def chosen(app: AppTest, **fields: Any) -> AppTest:
    """Set widgets of the form by the name of their field, one after the other as a user does."""
    for name, value in fields.items():
        field(app, name).set_value(value).run()
        assert not app.exception
    return app


def field(app: AppTest, name: str) -> Any:
    """The widget of a field; its key has a number where it was replaced."""
    kinds = ("segmented_control", "selectbox", "number_input", "toggle", "slider")
    key = re.compile(rf"selection {name}( \d+)?")
    (found,) = [each for kind in kinds for each in getattr(app, kind) if key.fullmatch(each.key or "")]
    return found


def tab(app: AppTest, label: str) -> AppTest:
    app.session_state["select tab"] = label
    return app.run()


def kept(studio: Studio, app: AppTest) -> list[int]:
    """Save the selection in view, and look up in the store which rows it has, best first."""
    press(app, "Save")
    if "Save anyway" in [each.label for each in app.button]:
        press(app, "Save anyway")
    return studio.store.selections.members(studio.store.selections.all()[0].selection_id)["row_id"].tolist()


def equation_4(rows: pd.DataFrame) -> pd.Series:
    """InstructMining v1, Equation (4), written out."""
    return 1.0694 - 0.1498 * rows["reward"] + 8.257e-5 * rows["output_length"] - 0.9350 * rows["knn_distance"]


def ranked(studio: Studio) -> pd.DataFrame:
    """All rows, best by the paper's rule first."""
    return studio.rows.assign(value=equation_4(studio.rows)).sort_values("value", ignore_index=True)


def highest_reward(studio: Studio) -> pd.DataFrame:
    return studio.rows.sort_values("reward", ascending=False, ignore_index=True)
