"""The pages in front of the app: what somebody sees who brings no key, and the one that leads in."""

from html import escape

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>InstructMining Studio</title>{head}
<style>:root {{ color-scheme: light dark }} body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem;
margin: 20vh auto 0; padding: 0 1rem }} input, button {{ font: inherit; padding: .3rem .6rem }}</style></head>
<body>{body}</body></html>"""
_SENTENCE = (
    "To open the studio, use the address that <code>python start.py</code> has printed, or run it again: it prints the "
    "address of the studio that is running and opens it."
)
LOCKED = _PAGE.format(head="", body=f"<p>{_SENTENCE}</p>")


def asking(action: str, wrong: bool = False) -> str:
    """The form for the password.

    Args:
        action: the path that it is sent to.
    """
    said = "<p role='alert'>This password is wrong.</p>" if wrong else ""
    form = (
        f"<form method='post' action='{escape(action)}'><label>Password of this studio "
        "<input type='password' name='password' autocomplete='current-password' autofocus required></label> "
        "<button>Open</button></form>"
    )
    return _PAGE.format(head="", body=said + form)


def opening(address: str) -> str:
    """A page that leads on to an address of this server."""
    place = escape(address, quote=True)
    return _PAGE.format(
        head=f'<meta http-equiv="refresh" content="0;url={place}">', body=f'<a href="{place}">Open the studio</a>'
    )
