"""Commands that compute nothing load nothing that computes: they answer as fast as pandas and DuckDB load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.paths import PROJECT

HEAVY = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "statsmodels", "streamlit", "plotly",
         "umap", "datasets", "peft"}  # fmt: skip
RUN = """
import contextlib, io, json, sys
from jobs.__main__ import main
with contextlib.redirect_stdout(io.StringIO()):
    try:
        code = main(sys.argv[1:])
    except SystemExit as ended:
        code = ended.code
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo data."""
    folder = tmp_path_factory.mktemp("light")
    assert loaded(folder, "list")[0] == 0
    return folder


def loaded(data: Path, *arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command, and the packages that its process has loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, packages = json.loads(ran.stdout)
    return code, set(packages)


@pytest.mark.parametrize(
    "asked",
    ["--help", "learn --help", "list", "list datasets", "list evaluation-sets", "list indicators", "list experiments",
     "list rules", "list selections", "list models", "list comparisons", "list jobs", "rows --rows 2",
     "describe forum mine", "select --by order --rows 3", "mark 1 --keep", "score --help", "delete dataset forum"],
)  # fmt: skip
def test_a_command_that_computes_nothing_loads_nothing_heavy(data: Path, asked: str) -> None:
    code, packages = loaded(data, *asked.split())
    assert code == 0
    assert packages & (HEAVY | {"dbos"}) == set()


def test_what_would_be_told_of_a_heavy_command_is_told(data: Path) -> None:
    """The same look at a command that computes finds what it loads."""
    table = str(PROJECT / "docs" / "runs" / "workstation.csv")
    code, packages = loaded(data, "learn", "--csv", table, "--indicators", "reward", "--method", "all")
    assert code == 0 and {"scipy", "statsmodels"} <= packages
