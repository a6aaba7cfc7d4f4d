"""What frames every page: the space around it, and the page to begin with."""

import streamlit as st

# White on the dark theme's primary colour can't be read: there it is nearly black. A page is as wide with a scroll bar
# as without. A title is as high beside buttons as alone, and choices are as high as the fields beside them. A sentence
# says which files are read, in place of all endings. The menu of a table's column would sort the rows that are drawn
# only; what a table itself offers to download is not safe for spreadsheets, which run a text that begins as a formula
# does, and pages have downloads of their own. On a narrow window the steps take one line, with an icon to hide them.
STYLE = """
<style>
  .stMainBlockContainer { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1680px; }
  .stMainBlockContainer h1 { padding: 0.35rem 0; }
  .stMainBlockContainer [data-testid="stMarkdownContainer"]:has(> [data-testid] > h1) { margin-bottom: 0; }
  [data-testid="stButtonGroup"] [data-variant="segmented_control"] { min-height: 2.5rem; }
  .st-key-guided_path [data-testid="stCaptionContainer"] { padding-left: 0.5rem; }
  .stPlotlyChart { margin-bottom: -0.4rem; }
  .stApp [data-testid^="stBaseButton-primary"], .stApp [data-testid="stMultiSelect"] [data-tag] {
    color: light-dark(#ffffff, #0b1a20);
  }
  .stMain { scrollbar-gutter: stable; }
  [class*="st-key-uploads"] [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
  @media (max-width: 75rem) {
    .stMainBlockContainer { padding-left: 2rem; padding-right: 2rem; }
    .st-key-fold_path p { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  }
  [data-testid="stDataFrameColumnMenu"] [role="menu"] > [role="menuitem"]:is(:nth-child(2), :nth-child(3)) {
    display: none;
  }
  [data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }
</style>
"""


def apply_style() -> None:
    """Less empty space above the title than Streamlit leaves, and lines that do not grow too long on wide screens."""
    st.html(STYLE)


def open_first_page() -> None:
    """What is at the app's root: the first page."""
    st.switch_page("pages/datasets/page.py")
