"""A text of a row in the reader: its prose, code and tables, or all of it letter by letter; never more than text.

Nothing of it is read as Markdown or HTML: code goes into a code block, all else is escaped.
"""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.rows.text_parts import Code, Prose, Table, TextPart, parts_of
from core.rows.words_found import spans_of
from pages.components.foreign_text import plain

_PROSE = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55"
_EXACT = f"{_PROSE};font-family:var(--st-code-font,monospace);font-size:0.82rem"
_MARK = "background:#ffd54a;color:#1c1c1c;border-radius:3px;padding:0 1px"
_CELL = "border:1px solid rgba(127,140,155,0.4);padding:0.25rem 0.6rem;text-align:left;vertical-align:top"


def row_text(text: str, words: Sequence[str] = (), raw: bool = False) -> None:
    """Draw it.

    Args:
        words: shown where they stand.
        raw: all of it as it was kept, in letters of equal width.
    """
    if raw or not text:
        st.html(_box(text, words, _EXACT if raw else _PROSE))
        return
    parts = parts_of(text)
    if len(parts) == 1 and isinstance(parts[0], Prose):
        st.html(_box(text, words))
        return
    for part in parts:
        _part(part, words)


def code_block(code: str, language: str, words: Sequence[str] = ()) -> None:
    """Draw code in its colours, or with the words that are looked for where it has some."""
    if any(spans_of(words, code)):
        st.html(f'<pre style="{_EXACT};margin:0">{with_marks(code, words)}</pre>')
    else:
        st.code(code, language=language or None, wrap_lines=True)


def with_marks(text: str, words: Sequence[str]) -> str:
    """The text as HTML, with the words that are looked for marked."""
    shown, end = "", 0
    for begun, after in spans_of(words, text):
        shown += f'{escape(text[end:begun])}<mark style="{_MARK}">{escape(text[begun:after])}</mark>'
        end = after
    return shown + escape(text[end:])


def _part(part: TextPart, words: Sequence[str]) -> None:
    if isinstance(part, Code):
        if part.info:
            st.caption(plain(part.info))
        code_block(part.body, part.info.split()[0].lower() if part.info else "", words)
    elif isinstance(part, Table):
        st.html(_table(part, words))
    elif part.source.strip():
        st.html(_box(part.source.strip("\r\n"), words))


def _box(text: str, words: Sequence[str], style: str = _PROSE) -> str:
    return f'<div style="{style}">{with_marks(text, words) if text else "<i>(empty)</i>"}</div>'


def _table(table: Table, words: Sequence[str]) -> str:
    def line(cells: Sequence[str], kind: str) -> str:
        return "".join(f'<{kind} style="{_CELL}">{with_marks(cell, words)}</{kind}>' for cell in cells)

    lines = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in table.lines)
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;font-size:0.9rem">'
        f"<thead><tr>{line(table.head, 'th')}</tr></thead><tbody>{lines}</tbody></table></div>"
    )
