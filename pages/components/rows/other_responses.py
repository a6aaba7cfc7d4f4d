"""The responses to one instruction side by side: the row's own, those of other rows, and the one that was rejected."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from core.indicators import registry
from core.rows.row import Row, message_of
from core.store.score_matrix import PREDICTED
from pages.components.rows.dataset_label import dataset_label
from pages.components.rows.row_text import row_text
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import readable
from pages.components.workspace import filters, studio

SHOWN = 3  # beside the row's own
_CELL = "padding:0.1rem 0.5rem 0.1rem 0;vertical-align:top"
_NUMBER = f"{_CELL};text-align:right;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class _Response:
    """One of them.

    Attributes:
        heading: HTML.
        scores: by indicator; none of a rejected answer.
    """

    heading: str
    text: str
    scores: dict[str, float] = field(default_factory=dict)


def other_responses(dataset_id: int, row_id: int, row: Row, raw: bool) -> None:
    """Draw them in columns, and their scores in one table below."""
    found = [each for each in studio().rows.other_responses(row_id) if each[1] != row_id]
    rejected = [message_of(turn).text for turn in row.rejected or ()]
    if not found and not rejected:
        st.caption("No other row has this instruction.")
        return
    texts = studio().rows.members(found[:SHOWN])
    shown = [_of_row((dataset_id, row_id), row.output, "This row")]
    shown += [_Response("Rejected answer", "\n\n".join(rejected))] * bool(rejected)
    shown += [_of_row(place, texts[place].output, f"Row {place[1]:,}") for place in found[:SHOWN] if place in texts]
    with st.container(key="other_responses"):
        for column, each in zip(st.columns(len(shown)), shown, strict=True):
            with column:
                st.html(each.heading)
                row_text(each.text, filters().words, raw)
        st.html(_table(shown))
    if len(found) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(found)} other rows with this instruction.")


def _of_row(place: tuple[int, int], text: str, title: str) -> _Response:
    dataset = studio().datasets.get(place[0])
    scores = studio().rows.percentiles(*place)[["indicator", "value"]].dropna()
    values = dict(zip(scores["indicator"], scores["value"], strict=True))
    return _Response(f"<b>{title}</b> · {dataset_label(dataset)}", text, values)


def _table(shown: Sequence[_Response]) -> str:
    """Scores of all that have some, the best of each in bold."""
    scored = [each for each in shown if each.scores]
    names = [name for name in (PREDICTED, *registry()) if any(name in each.scores for each in scored)]
    if len(scored) < 2 or not names:
        return "<div></div>"
    head = "".join(f'<th style="{_NUMBER}">{each.heading}</th>' for each in scored)
    titles = {name: f'<td style="{_CELL}">{escape(shown_title(name))}</td>' for name in names}
    lines = "".join(f"<tr>{title}{_line(name, scored)}</tr>" for name, title in titles.items())
    return f'<table style="font-size:0.85rem"><thead><tr><th></th>{head}</tr></thead><tbody>{lines}</tbody></table>'


def _line(name: str, scored: Sequence[_Response]) -> str:
    values = [each.scores.get(name) for each in scored]
    known = [value for value in values if value is not None]
    higher = False if name == PREDICTED else registry()[name].higher_is_better
    best = None if higher is None or len(set(known)) < 2 else (max if higher else min)(known)
    cells = [f"<b>{readable(each)}</b>" if each is not None and each == best else readable(each) for each in values]
    return "".join(f'<td style="{_NUMBER}">{cell}</td>' for cell in cells)
