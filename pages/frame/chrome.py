"""What frames every page: the space around it, and that the app runs before any page does."""

import streamlit as st

# White on the dark theme's primary colour can't be read: there it is nearly black.
STYLE = """
<style>
  .stMainBlockContainer { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1680px; }
  .st-key-guided_path [data-testid="stCaptionContainer"] { padding-left: 0.5rem; }
  .stPlotlyChart { margin-bottom: -0.4rem; }
  .st-key-overview .stMarkdown p { font-size: 0.88rem; white-space: nowrap; }
  .stApp [data-testid^="stBaseButton-primary"], .stApp [data-testid="stMultiSelect"] [data-tag] {
    color: light-dark(#ffffff, #0b1a20);
  }
</style>
"""


def apply_style() -> None:
    """Less empty space above the title than Streamlit leaves, and lines that do not grow too long on wide screens."""
    st.html(STYLE)
    st.session_state["framed"] = True


def require_frame(page: str) -> None:
    """Send a page that was opened by its address before the app's first run through the app.

    Until then Streamlit takes the folder `pages` for a multipage app of its old kind and runs the page by itself.
    """
    if not st.session_state.get("framed"):
        st.session_state["wanted_page"] = (page, st.query_params.to_dict())
        st.switch_page("app.py")


def open_wanted_page() -> None:
    """Go on to the page that `require_frame` sent here."""
    if "wanted_page" in st.session_state:
        page, asked = st.session_state.pop("wanted_page")
        st.switch_page(page, query_params=asked)


def open_first_page() -> None:
    """What is at the app's root: the first page."""
    st.switch_page("pages/datasets/page.py")
