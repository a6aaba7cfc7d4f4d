"""Lists and objects as text: JSON, or as Python and numpy print them and pandas writes them into CSV."""

import ast
import io
import re
import tokenize
from typing import Any

import orjson

from core.formats.cells import MAX_CELL_CHARACTERS

_BETWEEN_OBJECTS = re.compile(r"\}[^\S\n]*\n\s*\{")  # numpy prints no commas
_FAULTS = (ValueError, SyntaxError, MemoryError, RecursionError, TypeError)


def decoded(text: str) -> Any:
    """The value of JSON text, or of a list as Python or numpy prints it; else None."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    if len(text) > MAX_CELL_CHARACTERS:  # parsing Python takes a hundred times its size in memory
        return None
    for written in (text, _BETWEEN_OBJECTS.sub("}, {", text)):
        try:
            found = ast.literal_eval(_WithoutArrays().visit(ast.parse(written.strip(), mode="eval")))
        except _FAULTS:
            continue
        return _apart(written.strip(), found)
    return None


class _WithoutArrays(ast.NodeTransformer):
    """`array([…], dtype=object)` is its list."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return node.args[0] if isinstance(node.func, ast.Name) and node.func.id == "array" and node.args else node


def _apart(text: str, found: Any) -> Any:
    """Texts that numpy prints beside each other without commas; Python would take them for one."""
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        return found
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    return [ast.literal_eval(each.string) for each in tokens if each.type == tokenize.STRING]
