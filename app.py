"""The app: its pages and nothing else. Start it with `python start.py`."""

import streamlit as st

from pages.components.workspace import open_workspace

st.set_page_config(page_title="InstructMining Studio", page_icon=":material/filter_alt:", layout="wide")
page = st.navigation(
    [
        st.Page("pages/datasets.py", title="Datasets", icon=":material/database:", default=True),
        st.Page("pages/indicators.py", title="Indicators", icon=":material/bar_chart:"),
        st.Page("pages/select.py", title="Select", icon=":material/checklist:"),
        st.Page("pages/jobs.py", title="Jobs", icon=":material/pending_actions:"),
    ],
    position="top",
)
open_workspace()
page.run()
