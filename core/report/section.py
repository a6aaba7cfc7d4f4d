"""A section of the report: sentences, tables of text, equations and a figure."""

from dataclasses import dataclass

import plotly.graph_objects as go

from core.report.report import Missing
from core.rules.rule import Rule


@dataclass(frozen=True)
class Sheet:
    """A table of text; every cell is what stands on screen."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Equation:
    """A rule to be written out as the paper writes Equation (4)."""

    label: str
    rule: Rule


@dataclass(frozen=True, eq=False)
class OutlineSection:
    """One section.

    Attributes:
        missing: why it has nothing but its heading and what the paper reports.
        told_before: whether a section above lacks the same, and says what to do.
    """

    title: str
    published: str
    sentences: tuple[str, ...] = ()
    equations: tuple[Equation, ...] = ()
    figure: go.Figure | None = None
    sheets: tuple[Sheet, ...] = ()
    missing: Missing | None = None
    told_before: bool = False
