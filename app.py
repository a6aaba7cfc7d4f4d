"""The app: its pages, the path through them, and nothing else. Start it with `python start.py`."""

import streamlit as st

from pages.components.attempt import show_done
from pages.components.redrawn import begin_page
from pages.components.rows.address import adopt_address
from pages.components.rows.reader import row_reader
from pages.frame.chrome import apply_style, open_first_page
from pages.frame.guided_path import path_above
from pages.frame.opening import opened_workspace
from pages.frame.shared_forms import show_window_changes

st.set_page_config(page_title="InstructMining Studio", page_icon="docs/icon.svg", layout="wide")
st.logo("docs/logo.svg", size="large")
page = st.navigation(
    [
        # The default page answers at / only; so it is one that leads on, and /datasets is an address like the others.
        st.Page(open_first_page, title="Studio", default=True, visibility="hidden"),
        st.Page("pages/datasets/page.py", title="Datasets", icon=":material/database:", url_path="datasets"),
        st.Page("pages/curate/page.py", title="Curate", icon=":material/auto_awesome:", url_path="curate"),
        st.Page("pages/indicators/page.py", title="Indicators", icon=":material/bar_chart:", url_path="indicators"),
        st.Page("pages/map/page.py", title="Map", icon=":material/hub:", url_path="map"),
        st.Page("pages/experiments/page.py", title="Experiments", icon=":material/science:", url_path="experiments"),
        st.Page("pages/rule/page.py", title="Rule", icon=":material/function:", url_path="rule"),
        st.Page("pages/select/page.py", title="Select", icon=":material/checklist:", url_path="select"),
        st.Page("pages/compare/page.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("pages/report/page.py", title="Report", icon=":material/article:", url_path="report"),
        st.Page("pages/jobs/page.py", title="Jobs", icon=":material/pending_actions:", url_path="jobs"),
        st.Page("pages/storage/page.py", title="Storage", icon=":material/hard_drive:", url_path="storage"),
    ],
    position="top",
)
apply_style()
begin_page(show_window_changes)
with opened_workspace():
    adopt_address(page.url_path)
    show_window_changes()
    show_done()
    path_above()
    page.run()
    row_reader(page.url_path)
