"""`python start.py test`: lint, format, types, imports and tests; what follows `test` goes to pytest."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.embeddings.compiled import compile_apart, keep_in, kept
from core.paths import StudioPaths
from tests.browser import SENTENCE, find_browser, install_browser
from tests.postgres import find_postgres, install_postgres

FIRST = (["ruff", "check", "."], ["ruff", "format", "--check", "."])
BESIDE_PYTEST = (["mypy"], ["lint-imports", "--no-cache"])  # while maps' code is compiled, and tests wait
RUNNERS = (os.cpu_count() or 1) + 1  # one more than cores: tests wait for workers and browsers
PYTEST = ["pytest", "-n", str(RUNNERS), "--dist", "loadfile", "--no-loadscope-reorder"]


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
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of hundreds of processes compiles the project anew
    beside = [(_start(check, environment, stdout=subprocess.PIPE), check) for check in BESIDE_PYTEST]
    compiling = None if kept(keep_in(StudioPaths.of("").compiled, environment)) else compile_apart(environment)
    failed = [check for check in FIRST if not _passes(_start(check, environment), check)]
    if compiling is not None:
        compiling.wait()  # else each runner, and each worker of a test, would compile the same
    pytest = [*PYTEST, *arguments]
    failed += [check for check in (pytest,) if not _passes(_start(check, environment), check)]
    failed += [check for process, check in beside if not _passes(process, check)]
    names = [" ".join(check[:2]) if check[0] == "ruff" else check[0] for check in failed]
    print(f"\nFailed: {', '.join(names)}." if names else "\nEverything passes.", flush=True)
    return 1 if failed else 0


def _start(check: Sequence[str], environment: Mapping[str, str], stdout: int | None = None) -> subprocess.Popen[bytes]:
    if stdout is None:
        _title(check)
    project = Path(__file__).parent.parent
    command = [*_tool(check[0]), *check[1:]]
    return subprocess.Popen(command, cwd=project, env=environment, stdout=stdout)


def _tool(name: str) -> list[str]:
    """How a tool is called: as a module, but import-linter is a script only."""
    return [str(Path(sys.executable).with_name(name))] if name == "lint-imports" else [sys.executable, "-m", name]


def _passes(process: subprocess.Popen[bytes], check: Sequence[str]) -> bool:
    """Wait for a check; what one that ran beside others has to say is printed now."""
    said, _ = process.communicate()
    if said is not None:
        _title(check)
        print(said.decode("utf-8", "replace"), end="", flush=True)
    return process.returncode == 0


def _title(check: Sequence[str]) -> None:
    print(f"\n== {' '.join(check)}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
