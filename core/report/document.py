"""The report as one HTML file that needs nothing else: no network, no folder beside it."""

from functools import cache
from pathlib import Path

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from core.humanize import number
from core.report.outline import outline
from core.report.report import PaperReport

TEMPLATE = "report.html.jinja"
PLOT = {"displaylogo": False, "responsive": True, "modeBarButtonsToRemove": ["toImage"]}


def html_document(report: PaperReport) -> str:
    """The whole file; what comes from users is escaped by the template, plotly.js stands in it once."""
    sections = outline(report)
    return (
        _templates()
        .get_template(TEMPLATE)
        .render(
            report=report,
            sections=sections,
            plotly_js=get_plotlyjs() if any(each.figure is not None for each in sections) else "",
        )
    )


def _plot(figure: go.Figure) -> str:
    """The figure's element; its data are JSON in which plotly has escaped what could end a script."""
    return str(to_html(figure, config=PLOT, include_plotlyjs=False, full_html=False))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals["plot"] = _plot
    made.filters["number"] = number
    return made
