"""The report as a file."""

from datetime import datetime

import streamlit as st

from core.report.document import html_document
from core.report.report import PaperReport


def report_export(report: PaperReport) -> None:
    """Download it as one HTML file, made when the button is pressed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download as HTML",
            lambda: html_document(report).encode(),
            f"instructmining-report-{_day(report.provenance.made_at)}.html",
            "text/html",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        st.caption("One file with all plots, about 5 MB. Opens offline in any browser; can be printed.")


def _day(made_at: datetime) -> str:
    return f"{made_at:%Y-%m-%d}"
