"""The gate through which text that users, files and models bring reaches the page: as text, not as Markdown or HTML.

Streamlit reads Markdown in what it shows and in most labels: a dataset called `![x](http://host/y.png)` would load a
picture.
"""

import re
from html import escape

# Beside Markdown: $ begins a formula, :red[ ] colours, and :name: is a picture. Within a word _ means nothing.
_SPECIAL = re.compile(
    r"[\\`*~\[$]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<!:):(?=[A-Za-z]|::?[A-Za-z])", re.ASCII
)
# What Streamlit replaces after it has read the Markdown, so that escaping is no help: :name:, addresses, arrows.
_REPLACED = re.compile(r":(?=[\w+/-]+:|//)|@(?=[\w-]+\.)|www(?=\.)|(?<!\S)[<>~-](?=(?:->|>|-|=)(?!\S))", re.IGNORECASE)
_LINE_BEGINS = re.compile(r"^[ \t]*(?:([#>+=|:-])|(\d+)(?=[.)](?:\s|$)))|^[ \t]+", re.MULTILINE)
_CODE = re.compile(r"(`[^`\n]+`)")
_JOINER = "\N{WORD JOINER}"  # shows nothing


def plain(text: object) -> str:
    """A name or value in one line, for a place where Streamlit reads Markdown."""
    return _as_lines(_escaped(" ".join(str(text).split())))


def prose(text: object) -> str:
    """A sentence of ours with names in it, such as an error: paragraphs and `code` stay what they are."""
    parts = _CODE.split(str(text))
    return _as_lines("".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts)))


def coded(text: object) -> str:
    """The name of a file, in the letters of code; they have no backtick."""
    name = " ".join(str(text).split()).replace("`", "'")
    return f"`{name}`"


def plotted(text: object) -> str:
    """A name in a figure, where Plotly reads some HTML, and values in what shows under the mouse."""
    return escape(str(text), quote=False).replace("%{", "%&#123;")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", _REPLACED.sub(rf"\g<0>{_JOINER}", text))


def _as_lines(text: str) -> str:
    """Without what makes a line a heading, a list or the like."""
    return _LINE_BEGINS.sub(lambda begun: f"\\{begun[1]}" if begun[1] else f"{begun[2]}\\" if begun[2] else "", text)
