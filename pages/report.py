"""Report: the paper's results rebuilt from one's own runs, beside what the paper found, and as one file to keep."""

import streamlit as st

from core.errors import StudioError
from pages.components.chrome import require_frame
from pages.components.report_export import report_export
from pages.components.report_sections import report_sections
from pages.components.report_source import report_source
from pages.components.report_task import paper_report
from pages.components.workspace import show_error

require_frame("pages/report.py")
st.title("Report", anchor=False)
st.caption(
    "Each result of the paper rebuilt from your own runs, beside what the paper found. What is marked as recalled was "
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
