"""`python start.py test`: lint, format, types, imports and tests; what follows `test` goes to pytest."""

import os
import subprocess
import sys
from pathlib import Path

from tests.browser import SENTENCE, find_browser, install_browser
from tests.postgres import find_postgres, install_postgres

RUNNERS = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]


def main(arguments: list[str]) -> int:
    """Run every check, also when an earlier one fails; 0 when all of them pass."""
    if not find_browser():
        install_browser()
    browser = find_browser()
    if not browser:
        print(SENTENCE, file=sys.stderr)
    if not find_postgres():
        install_postgres()
    environment = {"OMP_NUM_THREADS": "1"} | os.environ | {"CHROMIUM": browser or ""}  # a core for each runner
    failed = []
    for check in (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
        ["pytest", *RUNNERS, *arguments],
    ):
        print(f"\n== {' '.join(check)}", flush=True)
        if subprocess.run([*_tool(check[0]), *check[1:]], cwd=Path(__file__).parent.parent, env=environment).returncode:
            failed.append(" ".join(check[:2]) if check[0] == "ruff" else check[0])
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nEverything passes.", flush=True)
    return 1 if failed else 0


def _tool(name: str) -> list[str]:
    """How a tool is called: as a module, but import-linter is a script only."""
    return [str(Path(sys.executable).with_name(name))] if name == "lint-imports" else [sys.executable, "-m", name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
