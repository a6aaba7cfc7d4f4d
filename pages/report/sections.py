"""The sections of the report on the page."""

import pandas as pd
import streamlit as st

from core.report.outline import outline
from core.report.report import Missing, PaperReport
from core.report.section import OutlineSection, Sheet
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain, prose
from pages.components.selection.rule_choice import rule_latex

PAGES = {
    "experiments": ("New experiment", ":material/science:"),
    "indicators": ("Score on the Indicators page", ":material/bar_chart:"),
    "rule": ("Learn a rule", ":material/function:"),
    "compare": ("Compare two models", ":material/compare_arrows:"),
    "select": ("Open Select", ":material/checklist:"),
}


LONGEST_CELL = 60  # characters, beyond which a table that can be sorted would cut it at 1,280 pixels


def report_sections(report: PaperReport) -> None:
    """One after the other, as in the paper."""
    for section in outline(report):
        st.subheader(section.title, anchor=False, divider="gray")
        st.caption(section.published)
        if section.missing is not None:
            _missing(section.missing, section.told_before)
        _content(section)
    with st.expander("Sources of the numbers"):
        facts = report.provenance.facts | {
            "Versions": ", ".join(f"{name} {version}" for name, version in report.provenance.versions.items())
        }
        _table(Sheet("", ("Item", "Value"), tuple(facts.items())))


def _missing(missing: Missing, told_before: bool) -> None:
    if told_before:
        st.text(f"{missing.what} See above.")
        return
    st.info(prose(f"{missing.what} {missing.mend}"), icon=":material/info:")
    if missing.page in PAGES:
        label, icon = PAGES[missing.page]
        st.page_link(f"pages/{missing.page}/page.py", label=label, icon=icon)


def _content(section: OutlineSection) -> None:
    for sentence in section.sentences:
        st.text(sentence)
    for column, equation in zip(st.columns(max(1, len(section.equations))), section.equations, strict=False):
        column.text(f"{equation.label}: {equation.rule.title}")
        column.latex(rule_latex(equation.rule))
    if section.figure is not None:
        st.plotly_chart(section.figure, config=CONFIG, key=f"report {section.title}")
    for sheet in section.sheets:
        if sheet.title:
            st.text(sheet.title)
        _table(sheet)
        if sheet.note:
            st.caption(prose(sheet.note))


def _table(sheet: Sheet) -> None:
    """Sentences are wrapped, which only a plain table does; numbers can be sorted."""
    content = pd.DataFrame(sheet.rows, columns=list(sheet.columns))
    if any(len(str(cell)) > LONGEST_CELL for line in sheet.rows for cell in line):
        st.table(content.map(plain), hide_index=True)
    else:
        st.dataframe(content, hide_index=True, height="content", key=f"report {sheet.title} {sheet.columns[0]}")
