"""The Indicators page as the tests use it: its table, its chips and its heading."""

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
