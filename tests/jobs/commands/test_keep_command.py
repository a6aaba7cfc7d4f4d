"""`rename`, `describe`, `delete` and `start-over`: nothing goes without `--yes`, and what goes is told before."""

import pytest

from core.errors import InputError, StoreError
from jobs.api import Studio
from tests.furnished_store import LEARNED, SELECTION, furnish
from tests.jobs.shell import Shell


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """With one of everything."""
    root = tmp_path_factory.mktemp("kept") / "data"
    furnish(root)
    return Shell(root)


def names(shell: Shell, kind: str) -> list[str]:
    return [each["name"] for each in shell.json("list", kind)]


@pytest.mark.parametrize(
    ("kind", "which", "wish", "got"),
    [
        ("dataset", "forum", " questions ", "questions"),
        ("dataset", "questions", "handbook", "handbook (2)"),
        ("dataset", "handbook (2)", "forum", "forum"),
        ("selection", "1", "The first", "The first"),
        ("selection", "The first", SELECTION, SELECTION),
        ("experiment", "Mixed sets", "Mixed", "Mixed"),
        ("comparison", "1", "Side by side", "Side by side"),
    ],
)
def test_a_thing_is_called_by_its_new_name(furnished: Shell, kind: str, which: str, wish: str, got: str) -> None:
    before = names(furnished, f"{kind}s")
    assert furnished.json("rename", kind, which, wish) == {"kind": kind, "name": got}
    after = names(furnished, f"{kind}s")
    assert got in after and len(after) == len(before)
    assert which.isdecimal() or which not in after


def test_a_description_is_written_anew(furnished: Shell) -> None:
    furnished.json("describe", "scrape", "Pages of last year.")
    found = {each["name"]: each["description"] for each in furnished.json("list")}
    assert found["scrape"] == "Pages of last year." and found["handbook"] not in ("", found["scrape"])


@pytest.mark.parametrize(
    ("kind", "which", "told"),
    [
        ("comparison", "1", "Human verdicts are deleted permanently"),
        ("rule", LEARNED, "Selections made with it are not changed"),
        ("experiment", "2", "its adapters, losses"),
        ("selection", SELECTION, "Datasets are not changed"),
        ("dataset", "scrape", "source files"),
        ("evaluation-set", "1", "copy of its examples"),
    ],
)
def test_a_thing_goes_with_yes_only(furnished: Shell, kind: str, which: str, told: str) -> None:
    before = names(furnished, f"{kind}s")
    code, said, _ = furnished.run("delete", kind, which)
    assert code == 0 and told in said and "--yes" in said
    assert names(furnished, f"{kind}s") == before
    gone = furnished.json("delete", kind, which, "--yes")
    assert gone["deleted"] and gone["name"] in before
    assert names(furnished, f"{kind}s") == [name for name in before if name != gone["name"]]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["rename", "dataset", "nobody", "x"], "Dataset not found."),
        (["rename", "selection", "99", "x"], "Selection not found."),
        (["rename", "dataset", "handbook", "  "], "1 to 120 characters"),
        (["rename", "dataset", "handbook", "x" * 121], "1 to 120 characters"),
        (["describe", "nobody", "x"], "Dataset not found."),
        (["delete", "rule", "instructmining-v1", "--yes"], "Rule not found."),
        (["delete", "evaluation-set", "nobody", "--yes"], "Evaluation set not found."),
    ],
)
def test_what_is_not_there_is_told(furnished: Shell, asked: list[str], told: str) -> None:
    before = [names(furnished, kind) for kind in ("datasets", "selections", "evaluation-sets")]
    assert told in furnished.refused(*asked)
    assert [names(furnished, kind) for kind in ("datasets", "selections", "evaluation-sets")] == before


def test_the_interface_refuses_what_is_not_there_and_names_that_are_none(furnished: Shell) -> None:
    with Studio.open(furnished.root) as studio:
        with pytest.raises(StoreError, match="Selection not found"):
            studio.selections.delete("nobody's")
        with pytest.raises(InputError, match="1 to 120 characters"):
            studio.datasets.rename("forum", " ")


def test_starting_over_asks_and_brings_the_demo_back_with_its_scores(furnished: Shell) -> None:
    furnished.json("select", "--rows", "5", "--save", "five")
    code, said, _ = furnished.run("start-over")
    assert code == 0 and "1 selection," in said and "--yes" in said and names(furnished, "selections") == ["five"]
    furnished.json("start-over", "--yes")
    assert names(furnished, "selections") == []
    assert names(furnished, "datasets") == ["handbook", "forum", "scrape"]
    assert furnished.json("score")["new"] == 0, "scores that are known were computed again"
