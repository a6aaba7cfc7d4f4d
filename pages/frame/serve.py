"""Serves the app: `python -m pages.frame.serve --server.port 8501` is `streamlit run app.py`, but for one thing.

Until the app has run once, Streamlit takes a folder named `pages` for a multipage app of its old kind, and tells
whoever opens a page by its address that there is no such page. Here it is told before that `st.navigation` says what
the pages are.
"""

import sys

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

if __name__ == "__main__":
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
    sys.exit(main())
