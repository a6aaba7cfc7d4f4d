"""The document that each page's address answers with: Streamlit's own, told where its server is.

Left alone, Streamlit's browser seeks the server below the address of the page first (`/rule/_stcore/health`), gets a
404, which stands as an error in the console, and tries again a moment later at the root. A document may tell it in
`window.__streamlit` where the server is, as hosts of Streamlit do.
"""

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from core.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

TOLD = "<script>window.__streamlit = {BACKEND_BASE_URL: window.location.origin}</script>"


def page_routes(static: "Path") -> list[Route]:
    """A route for the root and for each page, whose address is the name of its folder.

    Args:
        static: the folder with Streamlit's `index.html`.
    """
    document = (static / "index.html").read_text("utf-8").replace("<head>", f"<head>{TOLD}", 1)

    async def answer(_: "Request") -> HTMLResponse:
        return HTMLResponse(document, headers={"Cache-Control": "no-cache"})

    pages = sorted(file.parent.name for file in (PROJECT / "pages").glob("*/page.py"))
    return [Route(f"/{name}", answer) for name in ("", *pages)]
