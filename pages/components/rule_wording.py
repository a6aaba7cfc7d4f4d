"""Numbers of a regression as people read them, and core's sentences with the indicators' titles."""

import re

import pandas as pd
import streamlit as st

from core.indicators import registry
from core.regression.design import CONSTANT, RESPONSE
from pages.components.wording import column_title, in_sentence

_NAMED = re.compile(r"'([a-z][a-z0-9_]*)'")


def titled(sentence: str) -> str:
    """A sentence of core with `'output_length'` as `output length`, and a capital at its beginning."""

    def title(found: re.Match[str]) -> str:
        return in_sentence(column_title(found[1])) if found[1] in registry() else found[0]

    told = _NAMED.sub(title, sentence)
    return told[:1].upper() + told[1:]


def term_title(name: str) -> str:
    """The title of a coefficient's or column's name."""
    return {CONSTANT: "Constant", RESPONSE: "Log loss"}.get(name) or column_title(name)


def p_value(p: float) -> str:
    """`0.034`, `< 0.001`, a dash where there is none."""
    if p != p:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def number(value: float | None, signed: bool = False) -> str:
    """Four figures, with a true minus; a dash where there is none."""
    if value is None or value != value:
        return "–"
    return f"{value or 0.0:{'+' if signed else ''}.4g}".replace("-", "−")  # no minus before 0


def share(value: float) -> str:
    """A share of variance as it stands for R²: `0.813`."""
    return "–" if value != value else f"{value:.3f}".replace("-", "−")


def interval(low: float, high: float, digits: str = ".4g") -> str:
    """`−0.31 to −0.12`."""
    return "–" if low != low else f"{low:{digits}} to {high:{digits}}".replace("-", "−")


def figures_table(shown: pd.DataFrame, key: str) -> None:
    """A table whose columns but the first hold numbers as text, set to the right."""
    columns = {name: st.column_config.TextColumn(alignment="right") for name in shown.columns[1:]}
    st.dataframe(shown, hide_index=True, height="content", key=key, column_config=columns)
