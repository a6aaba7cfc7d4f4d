"""Mutants of a file of this project: Cosmic Ray's, one change each, without those that would say nothing."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

PROJECT = Path(__file__).resolve().parent.parent
ALIKE = [  # an operator becomes another one of its group; others would only be a TypeError, which any test kills
    {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"},
    {"BitOr", "BitAnd", "BitXor"},
    {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"},
    {"Is", "IsNot"},
    {"USub", "UAdd", "Delete"},
    {"Invert", "Not", "Delete"},
]
OTHERS = ("AddNot", "ReplaceTrue", "ReplaceFalse", "ReplaceAnd", "ReplaceOr", "ReplaceBreak", "ReplaceContinue",
          "ExceptionReplacer", "NumberReplacer", "ZeroIterationForLoop")  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str
    digest: str


def mutants_of(file: str) -> Iterator[tuple[Mutant, str]]:
    """The mutants of a file with their code, in the order of its lines within each kind of change."""
    source = (PROJECT / file).read_text("utf-8")
    passed_over = annotations(source)
    for name in sorted(filter(is_tried, operator_names())):
        operator = get_operator(name)()
        places = [place for node in ast_nodes(get_ast(source)) for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            code = mutate_code(source, operator, occurrence)
            if code is None or any(low <= start < high for low, high in passed_over):
                continue
            at = start[0] - 1
            before, after = source.splitlines()[at].strip(), code.splitlines()[at].strip()
            digest = hashlib.sha256(f"{file}\n{code}".encode()).hexdigest()[:16]
            yield Mutant(file, name.removeprefix("core/"), occurrence, start[0], before, after, digest), code


def is_tried(name: str) -> bool:
    """Whether an operator of Cosmic Ray makes mutants that say something."""
    name = name.removeprefix("core/")
    if name.startswith(OTHERS):
        return True
    _, _, change = name.partition("_")
    return any(set(change.split("_")) <= group for group in ALIKE) if change else False


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where annotations go, as line and column."""
    lines = source.splitlines()

    def place(line: int | None, offset: int | None) -> tuple[int, int]:
        assert line is not None and offset is not None
        return line, len(lines[line - 1].encode()[:offset].decode())

    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
    return [
        (place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)) for node in nodes if node
    ]
