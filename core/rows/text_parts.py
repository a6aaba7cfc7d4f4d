"""A text in the parts that its writer meant: prose, code between fences, tables of pipes.

Fences and tables are those of CommonMark (4.5) and GitHub's tables, but for two things. A fence may be indented by any
number of spaces, as it is within lists. And a table ends before a line that has no pipe or more cells than its head,
of which GitHub would drop the rest.
"""

import re
from dataclasses import dataclass

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OPENING = re.compile(r"([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)")
_DIVIDER = re.compile(r":?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Prose:
    """What is neither code nor a table."""

    source: str


@dataclass(frozen=True)
class Code:
    """Code between fences; without an end it goes on to the end of the text.

    Attributes:
        source: with its fences.
        info: what stands behind the opening fence, mostly the language.
        body: the code, without the indentation of its fence.
    """

    source: str
    info: str
    body: str


@dataclass(frozen=True)
class Table:
    """A head and lines of as many cells, the last of which may lack.

    Attributes:
        source: as it is written, with the line below the head.
    """

    source: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


TextPart = Prose | Code | Table


def parts_of(text: str) -> list[TextPart]:
    """The parts in order; their sources, joined, are the text."""
    lines = _LINES.findall(text)
    parts: list[TextPart] = []
    begun = at = 0
    while at < len(lines):
        found = _code(lines, at) or _table(lines, at)
        if found is None:
            at += 1
            continue
        part, end = found
        if begun < at:
            parts.append(Prose("".join(lines[begun:at])))
        parts.append(part)
        begun = at = end
    if begun < at:
        parts.append(Prose("".join(lines[begun:])))
    return parts


def _code(lines: list[str], at: int) -> tuple[Code, int] | None:
    """The code whose fence this line opens, and the line behind it."""
    opening = _OPENING.fullmatch(_bare(lines[at]))
    if opening is None:
        return None
    indent, fence, info = opening.groups()
    end = at + 1
    while end < len(lines) and not _closes(lines[end], fence):
        end += 1
    after = min(end + 1, len(lines))
    body = "".join(_dedented(line, len(indent)) for line in lines[at + 1 : end])
    return Code("".join(lines[at:after]), info.strip(), body), after


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and not mark.strip(fence[0])


def _dedented(line: str, spaces: int) -> str:
    kept = line.lstrip(" ")
    return line[min(spaces, len(line) - len(kept)) :]


def _table(lines: list[str], at: int) -> tuple[Table, int] | None:
    """The table whose head this line is, and the line behind it."""
    if at + 1 == len(lines) or "|" not in lines[at + 1]:
        return None
    head = _cells(lines[at])
    dividers = _cells(lines[at + 1])
    if head is None or dividers is None or len(head) != len(dividers) or not all(map(_DIVIDER.fullmatch, dividers)):
        return None
    found, end = [], at + 2
    while end < len(lines) and (cells := _cells(lines[end])) and len(cells) <= len(head) and not _opens(lines[end]):
        found.append(cells + ("",) * (len(head) - len(cells)))
        end += 1
    return Table("".join(lines[at:end]), head, tuple(found)), end


def _opens(line: str) -> bool:
    return _OPENING.fullmatch(_bare(line)) is not None


def _cells(line: str) -> tuple[str, ...] | None:
    """The cells of a line, None where it has no pipe that divides some."""
    text = line.strip()
    if not _PIPE.search(text):
        return None
    text = text.removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in _PIPE.split(text))


def _bare(line: str) -> str:
    return line.rstrip("\r\n")
