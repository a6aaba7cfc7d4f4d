"""The scores of a row that is read: where they stand in its dataset, what they mean, and why one is missing."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from core.indicators import registry
from core.rows.row import Row
from core.store.score_matrix import PREDICTED
from pages.components.palette import ACCENT
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import readable

_LINE = (
    "display:grid;grid-template-columns:minmax(0,1.5fr) 5.2rem minmax(3rem,1fr) 2.2rem;gap:0.6rem;align-items:center"
)
_QUIET = "opacity:0.72;font-size:0.8rem"
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums"
_BAR = "display:block;height:6px;border-radius:3px"


def row_scores(scores: pd.DataFrame, row: Row) -> None:
    """Draw them; a click on one says what it measures.

    Args:
        scores: indicator, value, percentile, reason.
    """
    reasons = dict(zip(scores["indicator"], scores["reason"], strict=True))
    values = {name: (value, share) for name, value, share, _ in scores.itertuples(index=False)}
    shown = [name for name in (PREDICTED, *registry()) if name in reasons]
    scored = [name for name in shown if not reasons[name]]
    st.markdown("**Scores**")
    if scored:
        head = f'<div style="{_LINE};{_QUIET}"><span>Indicator</span><span style="{_RIGHT}">Value</span>'
        head += '<span style="grid-column:span 2">Percentile within the dataset</span></div>'
        st.html(head + "".join(_scored(name, *values[name], row) for name in scored))
    if len(scored) < len(shown):
        absent = _by_reason({name: reasons[name] for name in shown if reasons[name]})
        st.html("".join(_absent(why, names) for why, names in absent.items()))


def meaning(name: str, row: Row) -> str:
    """What a score measures, which end is better, and whether it says little of this row."""
    if name not in registry():
        return "Value of the rule in force. Lower is better."
    about = registry()[name]
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}[about.higher_is_better]
    doubt = "" if about.is_reliable(row) else f" Unreliable under {about.least_words} words, as here."
    return f"{about.definition}{better}{doubt}"


def _scored(name: str, value: float, percentile: float, row: Row) -> str:
    about = registry().get(name)
    doubtful = about is not None and not about.is_reliable(row)
    told_value = readable(value) + (" ?" if doubtful else "")
    filled = f"{_BAR};width:{percentile:.0f}%;background:{ACCENT}"
    bar = f'<span style="{_BAR};background:rgba(127,140,155,0.25)"><span style="{filled}"></span></span>'
    told = escape(meaning(name, row))
    cells = f'<span>{escape(shown_title(name))}</span><span style="{_RIGHT}">{told_value}</span>{bar}'
    cells += f'<span style="{_RIGHT}">{percentile:.0f}</span>'
    summary = f'<summary title="{told}" style="{_LINE};cursor:pointer;padding:0.15rem 0">{cells}</summary>'
    return f'<details>{summary}<div style="{_QUIET};padding:0 0 0.4rem">{told}</div></details>'


def _by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, why in reasons.items():
        found.setdefault(why, []).append(name)
    return found


def _absent(why: str, names: list[str]) -> str:
    titles = escape(", ".join(map(shown_title, names)))
    return f'<div style="{_QUIET};padding:0.15rem 0"><i>No value</i> of {titles}: {escape(why)}.</div>'
