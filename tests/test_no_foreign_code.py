"""Data and models are data: no file of the project reads a pickle, trusts a hub's code or runs text.

But for two: `core/own_code.py` runs what the user has written, and only where it is switched on; and
`benchmarks/mutations.py` runs the studio's own files with a fault put in.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import PROJECT

HARMLESS = {"UnpicklingError"}  # to catch it reads nothing
UNPICKLING = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "jsonpickle"}
READERS = {"read_pickle", "read_hdf", "unsafe_load", "full_load"}
RUNNERS = {"eval", "exec", "execfile"}
LOADERS = {"exec_module", "spec_from_file_location", "run_path", "run_module", "entry_points", "SourceFileLoader"}
OWN_CODE = PROJECT / "core" / "own_code.py"
OWN_KINDS = {"core.indicators.own", "core.selection.own_ways"}
MUTATIONS = PROJECT / "benchmarks" / "mutations.py"


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
    if name in READERS or name in LOADERS or (name in RUNNERS and not owner):
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
    found = {file: list(faults(file.read_text("utf-8"))) for file in sources()}
    where = {file: [each.rpartition(" ")[2] for each in told] for file, told in found.items() if told}
    assert where == {OWN_CODE: ["entry_points", "entry_points", "exec"], MUTATIONS: ["exec"]}


def test_whoever_lets_own_code_in_asks_the_switch() -> None:
    """`offer` takes the setting, and a worker what its job carries; nobody else loads any."""
    asking = {str(file.relative_to(PROJECT)) for file in sources() if _takes_own(file.read_text("utf-8"))}
    listing = {"jobs/api/indicators.py", "jobs/api/ways.py"}
    assert asking == {"jobs/api/session.py", "jobs/scoring/own_code.py", *listing}
    for file in (*listing, "jobs/api/own_code.py"):
        text = (PROJECT / file).read_text("utf-8")
        assert text.count("own_kind.") == text.count("own_kind.found("), "a list imports nothing of one's own"
        assert "OWN." not in text
    text = (PROJECT / "jobs" / "api" / "session.py").read_text("utf-8")
    assert text.count("offer(") == 1 and "offer(self.paths.indicators, indicators)" in text
    assert "indicators, ways = self.own_allowed" in text and "bool(self.store.settings.get(SETTING, False))," in text
    ways = "bool(self.store.settings.get(WAYS_SETTING, False))"
    assert text.count("offer_ways(") == 1 and "offer_ways(self.paths.ways, ways)" in text and ways in text


def _takes_own(source: str) -> bool:
    """Whether a file imports what loads code of the user's own."""
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    names = {each.name for node in imports if node.module in OWN_KINDS for each in node.names}
    return bool(names & {"offer", "load", "OWN"})


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
        "spec.loader.exec_module(module)",
        "runpy.run_path('x.py')",
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
