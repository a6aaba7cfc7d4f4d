"""Terms of a regression and core's sentences with the indicators' titles, and tables of numbers as text."""

import re

import pandas as pd
import streamlit as st

from core.indicators import registry
from core.regression.design import CONSTANT, RESPONSE
from core.rows.candidate_set import Kind
from pages.components.wording import column_title, in_sentence
from pages.experiments.figures import LOOKS

MANY = 7
CHARACTER_PIXELS, MARGIN_PIXELS, WIDEST_PIXELS = 7, 20, 260
_NAMED = re.compile(r"'([a-z][a-z0-9_]*)'")


def titled(sentence: str) -> str:
    """A sentence of core with `'output_length'` as `output length`, `'hierarchical'` sets as the page calls them, and
    a capital at its beginning."""

    def title(found: re.Match[str]) -> str:
        if found[1] in LOOKS:
            return LOOKS[Kind(found[1])][0].lower()
        return in_sentence(column_title(found[1])) if found[1] in registry() else found[0]

    told = _NAMED.sub(title, sentence)
    return told[:1].upper() + told[1:]


def term_title(name: str) -> str:
    """The title of a coefficient's or column's name."""
    return {CONSTANT: "Constant", RESPONSE: "Log loss"}.get(name) or column_title(name)


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
