"""Terms of a regression and core's sentences with the indicators' titles, and tables of numbers as text."""

import pandas as pd
import streamlit as st

from core.regression.design import CONSTANT, RESPONSE
from pages.components.wording import column_title

MANY = 7
CHARACTER_PIXELS, MARGIN_PIXELS, WIDEST_PIXELS = 7, 20, 260


def term_title(name: str) -> str:
    """The title of a coefficient's or column's name."""
    return {CONSTANT: "Intercept", RESPONSE: "Log loss"}.get(name) or column_title(name)


def figures_table(shown: pd.DataFrame, key: str) -> None:
    """A table whose columns but the first hold numbers as text, set to the right.

    Where all columns have too little room, the first keeps what its longest name needs, and the others scroll.
    """
    first, *others = shown.columns
    columns = {name: st.column_config.TextColumn(alignment="right") for name in others}
    if len(others) > MANY:
        needed = CHARACTER_PIXELS * int(shown[first].str.len().max()) + MARGIN_PIXELS
        columns[first] = st.column_config.TextColumn(width=min(needed, WIDEST_PIXELS), pinned=True)
    st.dataframe(shown, hide_index=True, height="content", key=key, column_config=columns)
