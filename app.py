"""The app: its pages, the path through them, and nothing else. Start it with `python start.py`."""

import streamlit as st

from pages.components.chrome import apply_style, open_first_page, open_wanted_page
from pages.components.guided_path import path_above
from pages.components.shared_forms import told_of_other_windows
from pages.components.workspace import open_workspace

st.set_page_config(page_title="InstructMining Studio", page_icon="docs/icon.svg", layout="wide")
st.logo("docs/logo.svg", size="large")
page = st.navigation(
    [
        # The default page answers at / only; so it is one that leads on, and /datasets is an address like the others.
        st.Page(open_first_page, title="Studio", default=True, visibility="hidden"),
        st.Page("pages/datasets.py", title="Datasets", icon=":material/database:"),
        st.Page("pages/indicators.py", title="Indicators", icon=":material/bar_chart:"),
        st.Page("pages/map.py", title="Map", icon=":material/hub:"),
        st.Page("pages/experiments.py", title="Experiments", icon=":material/science:"),
        st.Page("pages/rule.py", title="Rule", icon=":material/function:"),
        st.Page("pages/select.py", title="Select", icon=":material/checklist:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/report.py", title="Report", icon=":material/article:"),
        st.Page("pages/jobs.py", title="Jobs", icon=":material/pending_actions:"),
    ],
    position="top",
)
apply_style()
open_wanted_page()
open_workspace()
told_of_other_windows()
path_above()
page.run()
