"""What one can do, all can: each method of the studio is there for pages, commands and notebooks, or it says why not.

A method counts as reached where a page or a command calls it, or calls a method that is made of it.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

import pytest

from core.errors import StudioError
from core.paths import PROJECT
from core.store import Store
from jobs.api import Studio
from jobs.api import studio as studio_module
from jobs.api.moved import MOVED
from jobs.api.own_code import OwnCodeSection
from jobs.api.section import Section

NAMES = {"studio", "owner"}  # what a studio is called in pages and commands
STEP = "the page asks step by step; a command says all at once"
FORM = "state of a page's form"
FIGURE = "a figure"
FIRST = "known before something is started from the page, which shows it; a command starts"
THREAD = "for work beside a page; a command waits"

NOT_IN_COMMANDS: Mapping[str, str] = {
    "sources.look": STEP, "sources.splits": STEP, "sources.find": STEP, "sources.fetch": STEP,
    "sources.upload": "from a browser", "sources.tables": STEP, "sources.table_file": STEP, "sources.hub": STEP,
    "datasets.load_beside": THREAD,
    "rows.plot_scales": FIGURE, "rows.plot_counts": FIGURE, "rows.plot_cube": FIGURE, "rows.sample": FIGURE,
    "rows.places": "`rows` shows the rows themselves",
    "rows.cut_off": "`rows --sort` shows so many rows from the better end, `select` keeps them",
    "rows.first": "`rows DATASET` shows them with marks and scores",
    "rows.load_encoder": "a command waits for it",
    "rows.key_set": "commands leave out what a check has found in the same call",
    "indicators.faults": "`indicators` has them in its table", "ways.faults": "`ways` has them in its table",
    "scores.revision": "of a cache", "scores.use_rule": "`select` by a rule has its value in view",
    "scores.refresh": "a command begins with it", "scores.waiting": "a command has all of them in view",
    "marks.revision": "of a cache", "marks.history": "says whether a button is of use",
    "maps.follow_scoring": "of the app's process",
    "maps.enqueue": "`map` without --wait queues alike",
    "maps.jobs": "`list jobs` lists all", "maps.best": FIGURE, "maps.density": FIGURE, "maps.embedded_rows": FIRST,
    "evaluation_sets.read": "from a browser", "evaluation_sets.find": STEP,
    "measurements.counts": "`list experiments` has them", "measurements.example_losses": FIGURE,
    "measurements.losses": "`show experiment` has them", "measurements.curves": FIGURE,
    "measurements.adapters": "a download", "measurements.logs": "a worker's log is a file of the data folder",
    "proofs.rule_table": FIGURE, "proofs.of_selection": "`show` has the verdict of each",
    "exports.first_row": "a preview beside a form", "exports.has_environment_token": "said beside an empty field",
    "comparisons.natural_pair": "`compare` without models takes it", "comparisons.unknown_answers": FIRST,
    "comparisons.answer_speed": FIRST, "comparisons.job": "`wait --comparison` tells it",
    "reports.judged": "of a cache",
    "jobs.active": "says whether a button is of use", "jobs.take_in": "a command begins with it",
    "jobs.arrivals_fault": "said above a page while results travel", "jobs.card": "a link to a page",
    "jobs.rebuilt": "said above a page; the worker says it in its log", "jobs.forget_rebuilt": "a button beside it",
    "views.save": "of the page in view; a command's options are its own",
    "settings.get": FORM, "settings.filters": FORM,
    "backups.fault": "a command makes the daily backup as it ends, and says in the log where it can't",
}  # fmt: skip
BY_NAME = "a page has a form, and calls by value what this is made of"
TABLE = "a page draws the same from values"
WAITS = "a page watches instead"

NOT_IN_PAGES: Mapping[str, str] = {
    "sources.preview": BY_NAME, "sources.files": BY_NAME, "datasets.load": WAITS, "datasets.load_apart": WAITS,
    "datasets.table": TABLE, "rows.browse": BY_NAME, "indicators.table": TABLE,
    "ways.table": TABLE,
    "scores.score": WAITS,
    "scores.table": "the selection reads them; pages sample them", "maps.make": WAITS, "evaluation_sets.table": TABLE,
    "evaluation_sets.load": BY_NAME, "experiments.table": TABLE,
    "experiments.plan": BY_NAME, "experiments.start": BY_NAME, "experiments.status": TABLE, "experiments.wait": WAITS,
    "proofs.plan": BY_NAME, "proofs.start": BY_NAME, "proofs.status": TABLE,
    "proofs.of_table": "of models that were tuned elsewhere", "sizes.start": BY_NAME, "sizes.status": TABLE,
    "tournaments.start": BY_NAME, "tournaments.status": TABLE,
    "curations.table": TABLE, "curations.curate": BY_NAME, "curations.load": WAITS,
    "rules.learn": BY_NAME, "rules.load": BY_NAME, "selections.table": TABLE,
    "selections.select": BY_NAME, "selections.certainty": BY_NAME,
    "exports.export": BY_NAME, "comparisons.table": TABLE,
    "comparisons.models_table": TABLE, "comparisons.start": BY_NAME, "comparisons.wait": WAITS,
    "comparisons.status": TABLE, "comparisons.answered": TABLE, "verdicts.to_ask": BY_NAME,
    "verdicts.judge": BY_NAME, "verdicts.all": TABLE, "reports.write": BY_NAME, "reports.newest": BY_NAME,
    "jobs.table": TABLE, "settings.profiles": TABLE, "views.table": TABLE, "backups.table": TABLE,
    "storage.table": TABLE,
}  # fmt: skip

INTERFACE_BEFORE = [
    "blind_round", "browse", "cancel", "cancel_job", "choose", "compare", "compared", "comparisons", "datasets",
    "delete", "describe", "evaluation_questions", "evaluation_sets", "experiment", "experiments", "export",
    "filters", "jobs", "judge", "learn", "load", "load_apart", "load_evaluation_set", "map", "mark", "models",
    "name_of", "near_duplicates", "pause", "preview", "prove", "push", "ran", "redo_mark", "rename", "report",
    "resume", "retry", "retry_job", "rules", "score", "scores", "select", "selections", "size", "sized",
    "start_over", "take_back", "to_ask", "undo_mark", "verdict", "verdicts", "wait", "wait_for_answers",
]  # fmt: skip


@cache
def sections() -> dict[str, type[Section]]:
    """The sections of a studio by the name under which it has them."""
    source = inspect.getsource(studio_module)
    found = re.findall(r"from (jobs\.api\.\w+) import (\w+Section)\n\n +return", source)
    kinds = [getattr(importlib.import_module(module), kind) for module, kind in found]
    return {kind.name: kind for kind in kinds}


def public(kind: type) -> list[str]:
    """Methods and properties that a section offers, its own and those of what it is a kind of."""
    offered = {
        name: each
        for base in reversed(kind.__mro__)
        if issubclass(base, Section) and base is not Section
        for name, each in vars(base).items()
    }
    return [
        name
        for name, each in offered.items()
        if not name.startswith("_") and (inspect.isfunction(each) or isinstance(each, property))
    ]


@cache
def methods() -> frozenset[str]:
    return frozenset(f"{section}.{method}" for section, kind in sections().items() for method in public(kind))


@cache
def made_of() -> dict[str, set[str]]:
    """By method, which methods of sections it calls, through private ones too."""
    calls: dict[str, set[str]] = {}
    for section, kind in sections().items():
        tree = ast.parse(Path(inspect.getfile(kind)).read_text("utf-8"))
        body = next(each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == kind.__name__).body
        for function in (each for each in body if isinstance(each, ast.FunctionDef)):
            called = calls.setdefault(f"{section}.{function.name}", set())
            for node in ast.walk(function):
                if not isinstance(node, ast.Attribute):
                    continue
                if isinstance(node.value, ast.Name) and node.value.id == "self":
                    called.add(f"{section}.{node.attr}")
                if isinstance(node.value, ast.Attribute) and node.value.attr.startswith("_"):
                    called.add(f"{node.value.attr[1:]}.{node.attr}")
    return calls


def called_in(folder: Path) -> set[str]:
    """`section.method` wherever a file says `studio.section.method` or `studio().section.method`."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)):
                continue
            base = node.value.value.func if isinstance(node.value.value, ast.Call) else node.value.value
            if isinstance(base, ast.Name) and base.id in NAMES:
                found.add(f"{node.value.attr}.{node.attr}")
    return found


def reached_from(called: Iterable[str]) -> set[str]:
    """The called methods and all that they are made of."""
    found: set[str] = set()
    left = list(called)
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += made_of().get(each, ())
    return found & methods()


def test_every_method_is_a_command_or_it_is_said_why_not() -> None:
    reached = reached_from(called_in(PROJECT / "jobs" / "commands"))
    assert methods() - reached == NOT_IN_COMMANDS.keys()


def test_every_method_is_on_a_page_or_it_is_said_why_not() -> None:
    reached = reached_from(called_in(PROJECT / "pages"))
    assert methods() - reached == NOT_IN_PAGES.keys()


def test_nothing_is_out_of_reach_of_both() -> None:
    assert NOT_IN_COMMANDS.keys() & NOT_IN_PAGES.keys() == set()


def test_pages_and_commands_call_nothing_that_is_not_there() -> None:
    for folder in ("jobs/commands", "pages"):
        called = {each for each in called_in(PROJECT / folder) if each.split(".")[0] in {*sections(), "session"}}
        assert called <= methods(), folder


def test_pages_hand_the_store_to_nobody() -> None:
    """They take values and what is made of values alone from core."""
    taken = set()
    for file in (PROJECT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core"):
                module = importlib.import_module(node.module or "")
                taken |= {
                    f"{node.module}.{each.name}" for each in node.names if wants_store(getattr(module, each.name))
                }
    assert taken == set()


def wants_store(thing: object) -> bool:
    """Whether it is the store, or a function that is handed it or a part of it."""
    if not inspect.isfunction(thing):
        return thing is Store
    return any(str(each).endswith(("Store", "Store'", "Tables'>")) for each in thing.__annotations__.values())


def test_the_documentation_lists_every_method_for_notebooks() -> None:
    text = (PROJECT / "docs" / "api.md").read_text("utf-8")
    listed = re.findall(r"^\| `studio\.(\w+)` \| .* \| (.*) \|$", text, re.MULTILINE)
    named = {f"{section}.{method}" for section, all_of in listed for method in re.findall(r"`(\w+)`", all_of)}
    assert named == methods()


def test_a_section_keeps_nothing_of_its_own_and_knows_its_name(studio: Studio) -> None:
    own = {name for name, each in vars(Studio).items() if isinstance(each, cached_property)}
    assert sections().keys() == own
    for name, kind in sections().items():
        assert type(getattr(studio, name)) is kind and kind.__bases__ in ((Section,), (OwnCodeSection,))


def test_every_old_name_has_a_new_one_that_is_there() -> None:
    assert sorted(MOVED) == INTERFACE_BEFORE
    for new in MOVED.values():
        for section, method in re.findall(r"(\w+)\.(\w+)", new):
            assert f"{section}.{method}" in methods() or f"{section}.{method}" == "get.name"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with Studio.open(tmp_path_factory.mktemp("studio")) as opened:
        yield opened


@pytest.mark.parametrize("old", INTERFACE_BEFORE)
def test_an_old_name_says_the_new_one(studio: Studio, old: str) -> None:
    with pytest.raises(StudioError, match=rf"^Studio\.{old} is now studio\.\w+\.\w+"):
        getattr(studio, old)()


def test_other_names_are_no_attributes(studio: Studio) -> None:
    with pytest.raises(StudioError, match=r"^studio\.marks is a section"):
        studio.marks()
    assert not hasattr(studio, "nothing_of_this_name")
