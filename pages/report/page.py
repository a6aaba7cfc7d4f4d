"""Report: the paper's results rebuilt from one's own runs, beside what the paper found, and as one file to keep."""

import streamlit as st

from core.errors import StudioError
from pages.components.workspace import show_error
from pages.report.export import report_export
from pages.report.sections import report_sections
from pages.report.source import report_source
from pages.report.task import paper_report

st.title("Report", anchor=False)
st.caption(
    "Each result of the paper, recomputed from your own runs, next to the paper's. Values marked “recalled” were "
    "not checked against the paper."
)
choice = report_source()
try:
    report = paper_report(choice)
except StudioError as error:
    show_error(error)
    st.stop()
if report is not None:
    report_export(report)
    report_sections(report)
