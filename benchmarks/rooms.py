"""How the rooms of core and jobs hang together: files at the top, imports between rooms, the longest chain, circles.

    python benchmarks/rooms.py

A room is a folder or a file directly under the part; an import counts once for each pair of rooms.
"""

import ast
import sys
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import networkx

ROOT = Path(__file__).resolve().parent.parent


def uses_of(part: Path) -> dict[str, set[str]]:
    """Which rooms each room of a part imports."""
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in part.rglob("*.py")
    }
    uses: dict[str, set[str]] = defaultdict(set)
    for file in files.values():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for name in node.names if isinstance(node, ast.ImportFrom) and node.module else ():
                found = files.get(f"{node.module}.{name.name}") or files.get(str(node.module))
                if found and _room(part, found) != _room(part, file):
                    uses[_room(part, file)].add(_room(part, found))
    return uses


def _room(part: Path, file: Path) -> str:
    return file.relative_to(part).parts[0]


def longest_chain(uses: dict[str, set[str]]) -> int:
    """Rooms in the longest chain of imports, a circle counted as one room."""
    graph = networkx.DiGraph([(room, used) for room, others in uses.items() for used in others])
    condensed = networkx.condensation(graph)
    depth: dict[int, int] = {}
    for node in TopologicalSorter({n: set(condensed.successors(n)) for n in condensed}).static_order():
        depth[node] = 1 + max((depth[each] for each in condensed.successors(node)), default=0)
    return max(depth.values(), default=0)


def circles(uses: dict[str, set[str]]) -> int:
    """Groups of rooms that import one another."""
    graph = networkx.DiGraph([(room, used) for room, others in uses.items() for used in others])
    return sum(len(group) > 1 for group in networkx.strongly_connected_components(graph))


def main() -> int:
    print("part   files at the top   imports between rooms   longest chain   circles")
    for name in ("core", "jobs"):
        part, uses = ROOT / name, uses_of(ROOT / name)
        counts = (len(list(part.glob("*.py"))), sum(map(len, uses.values())), longest_chain(uses), circles(uses))
        print(f"{name:<6} {counts[0]:>16} {counts[1]:>23} {counts[2]:>15} {counts[3]:>9}")
    print(f"pages/components: {len(list((ROOT / 'pages' / 'components').rglob('*.py')))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
