"""Kept and dropped rows by dataset, as bars of HTML: a figure of plotly takes longer than all else that K changes."""

from collections.abc import Mapping
from html import escape

import pandas as pd

from core.humanize import counted
from pages.select.figures import FATES

_GRID = "display:grid;grid-template-columns:minmax(3rem,max-content) 1fr max-content;gap:0.45rem 0.7rem"
_QUIET = "font-size:0.8rem;opacity:0.8"
_NAME = f"{_QUIET};max-width:14rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-align:right"
_COUNT = f"{_QUIET};font-variant-numeric:tabular-nums"
_SPOT = "display:inline-block;width:0.8em;height:0.8em;margin:0 0.35em 0 0.9em"


def kept_rows_bars(fates: pd.DataFrame, names: Mapping[int, str]) -> str:
    """Shares of each dataset's rows by what became of them, with the counts beside them, as HTML.

    Args:
        fates: dataset_id, reason ("" for kept), rows.
    """
    counts = fates.pivot(index="dataset_id", columns="reason", values="rows").fillna(0).astype(int)
    shown = {str(reason): look for reason, look in FATES.items() if reason in counts and counts[reason].any()}
    legend = "".join(
        f'<span style="{_SPOT};background:{colour}"></span>{escape(title)}' for title, colour in shown.values()
    )
    lines = "".join(
        _line(names.get(int(number), "?"), dict(zip(map(str, counts), line, strict=True)), shown)
        for number, line in zip(counts.index.tolist(), counts.to_numpy().tolist(), strict=True)
    )
    head = f'<div><b>Kept rows by dataset</b><span style="{_QUIET}">{legend}</span></div>'
    return f'{head}<div style="{_GRID};align-items:center;margin:0.7rem 0 1.2rem">{lines}</div>'


def _line(name: str, rows: Mapping[str, int], shown: Mapping[str, tuple[str, str]]) -> str:
    total = sum(rows.values())
    parts = "".join(
        f'<span title="{escape(title)}: {counted(rows[reason], "row")}, {100 * rows[reason] / total:.1f}%" '
        f'style="width:{100 * rows[reason] / total:.3f}%;background:{colour}"></span>'
        for reason, (title, colour) in shown.items()
        if rows[reason]
    )
    told = f"{rows.get('', 0):,} of {total:,}"
    bar = f'<div role="img" aria-label="{escape(name)}: {told} kept" style="display:flex;height:1.35rem">{parts}</div>'
    return f'<div style="{_NAME}" title="{escape(name)}">{escape(name)}</div>{bar}<div style="{_COUNT}">{told}</div>'
