"""Data and models are data: no file of the project reads a pickle, trusts a hub's code or runs text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import PROJECT

HARMLESS = {"UnpicklingError"}  # to catch it reads nothing
UNPICKLING = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "jsonpickle"}
READERS = {"read_pickle", "read_hdf", "unsafe_load", "full_load"}
RUNNERS = {"eval", "exec", "execfile"}


def faults(source: str) -> Iterator[str]:
    """What a file does that it should not, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = {each.name.split(".")[0] for each in node.names} & UNPICKLING
        elif isinstance(node, ast.ImportFrom) and not {each.name for each in node.names} <= HARMLESS:
            found = {(node.module or "").split(".")[0]} & UNPICKLING
        elif isinstance(node, ast.Call):
            found = set(_of_call(node))
        else:
            continue
        yield from (f"line {node.lineno}: {each}" for each in sorted(found))


def _of_call(node: ast.Call) -> Iterator[str]:
    name, owner = _called(node.func)
    given = {each.arg: each.value for each in node.keywords}
    if name in READERS or (name in RUNNERS and not owner):
        yield name
    if (owner, name) == ("torch", "load") and not _is(given.get("weights_only"), True):
        yield "torch.load without weights_only"
    for argument, safe in (
        ("trust_remote_code", False),
        ("allow_pickle", False),
        ("weights_only", True),
        ("shell", False),
    ):
        if argument in given and not _is(given[argument], safe):
            yield f"{argument} is not {safe}"


def _called(function: ast.expr) -> tuple[str, str]:
    """The name that is called and the name before the dot."""
    if isinstance(function, ast.Attribute):
        return function.attr, function.value.id if isinstance(function.value, ast.Name) else "?"
    return (function.id if isinstance(function, ast.Name) else "", "")


def _is(value: ast.expr | None, wanted: bool) -> bool:
    return isinstance(value, ast.Constant) and value.value is wanted


def sources() -> list[Path]:
    return [
        PROJECT / "app.py",
        PROJECT / "start.py",
        *(
            file
            for folder in ("core", "jobs", "pages", "benchmarks")
            for file in sorted((PROJECT / folder).rglob("*.py"))
        ),
    ]


def test_no_file_reads_pickles_or_runs_foreign_code() -> None:
    assert len(sources()) > 300
    found = {str(file.relative_to(PROJECT)): list(faults(file.read_text("utf-8"))) for file in sources()}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "from pickle import UnpicklingError, load",
        "import torch\ntorch.load('x')",
        "torch.load('x', weights_only=False)",
        "np.load('x', allow_pickle=True)",
        "pd.read_pickle('x')",
        "AutoModel.from_pretrained('x', trust_remote_code=True)",
        "load('x', trust_remote_code=chosen)",
        "subprocess.run('ls', shell=True)",
        "eval(text)",
    ],
)
def test_what_reads_pickles_or_runs_foreign_code_is_seen(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "torch.load('x', weights_only=True)",
        "np.load('x')",
        "connection.exec('x')",
        "model.eval()",
        "AutoModel.from_pretrained('x', trust_remote_code=False)",
    ],
)
def test_what_does_neither_passes(source: str) -> None:
    assert not list(faults(source))
