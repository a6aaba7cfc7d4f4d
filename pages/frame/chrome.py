"""What frames every page: the space around it, and the page to begin with."""

import streamlit as st

# White on the dark theme's primary colour can't be read: there it is nearly black. A page is as wide with a scroll bar
# as without. A sentence says which files are read, in place of all endings. The menu of a table's column would sort the
# rows that are drawn only.
STYLE = """
<style>
  .stMainBlockContainer { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1680px; }
  .st-key-guided_path [data-testid="stCaptionContainer"] { padding-left: 0.5rem; }
  .stPlotlyChart { margin-bottom: -0.4rem; }
  .stApp [data-testid^="stBaseButton-primary"], .stApp [data-testid="stMultiSelect"] [data-tag] {
    color: light-dark(#ffffff, #0b1a20);
  }
  .stMain { scrollbar-gutter: stable; }
  [class*="st-key-uploads"] [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
  [data-testid="stDataFrameColumnMenu"] [role="menu"] > [role="menuitem"]:is(:nth-child(2), :nth-child(3)) {
    display: none;
  }
</style>
"""


def apply_style() -> None:
    """Less empty space above the title than Streamlit leaves, and lines that do not grow too long on wide screens."""
    st.html(STYLE)


def open_first_page() -> None:
    """What is at the app's root: the first page."""
    st.switch_page("pages/datasets/page.py")
