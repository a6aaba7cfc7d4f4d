"""`show` and the other commands that do what only pages did: a row in full, a rule's file, a profile, another size."""

import json
from pathlib import Path

import pandas as pd
import pytest

from core.rules.rule import presets
from jobs.api import Studio
from tests.furnished_store import LEARNED, SELECTION, furnish
from tests.jobs.shell import Shell

DEMO = Path("data/demo")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """With one of everything."""
    root = tmp_path_factory.mktemp("shown") / "data"
    furnish(root)
    return Shell(root)


def test_a_row_is_shown_whole_with_its_place_in_the_file_and_its_scores(furnished: Shell) -> None:
    with Studio.open(furnished.root) as studio:
        number = int(studio.scores.table("scrape")["row_id"].iloc[12])
        studio.marks.mark([number], "drop", "says too little")
        reward = studio.scores.table("scrape").set_index("row_id").loc[number, "reward"]
    (found,) = furnished.json("show", "row", str(number))
    line = json.loads((DEMO / "scrape.jsonl").read_text("utf-8").splitlines()[found["source_row"] - 1])
    assert (found["dataset"], found["mark"], found["note"]) == ("scrape", "drop", "says too little")
    assert found["conversation"][-1] == {"role": "assistant", "content": line["output"]}
    assert found["scores"]["reward"]["value"] == pytest.approx(reward)
    assert found["no_score"]["influence"] == "not scored yet" and "influence" not in found["scores"]
    assert found["other_responses"] == []
    _, said, _ = furnished.run("show", "row", str(number))
    assert line["output"] in said and "Marked drop." in said and "Note: says too little" in said


@pytest.mark.parametrize("which", ["999999", "forum"])
def test_a_row_that_is_not_there_is_told(furnished: Shell, which: str) -> None:
    assert "See `rows`." in furnished.refused("show", "row", which)


def test_tables_go_to_a_file(furnished: Shell, tmp_path: Path) -> None:
    file = tmp_path / "best.csv"
    furnished.json("show", "selection", SELECTION, "--out", str(file))
    with Studio.open(furnished.root) as studio:
        wanted = studio.selections.members(SELECTION)
    assert pd.read_csv(file)["row_id"].tolist() == wanted["row_id"].tolist()


def test_an_experiment_is_shown_with_means_losses_and_status(furnished: Shell) -> None:
    found = furnished.json("show", "experiment", "Mixed sets")
    assert len(found) == 33 and {each["status"] for each in found} == {"done"}
    assert all(each["loss_per_example"] > 0 for each in found)
    assert all(each["reward"] is not None for each in found[1:])


@pytest.mark.parametrize(
    ("kind", "which", "held"),
    [
        ("dataset", "forum", "reward"),
        ("correlations", "forum", "perplexity"),
        ("rejections", "forum", "nothing"),
        ("evaluation-set", "demo evaluation", "instruction"),
        ("answers", "1", "instruction"),
        ("proof", "2", "loss"),
    ],
)
def test_all_kinds_are_shown(furnished: Shell, kind: str, which: str, held: str) -> None:
    code, said, told = furnished.run("show", kind, which)
    assert (code, told) == (0, "") and held in said


def test_a_rule_goes_to_a_file_and_comes_from_it(furnished: Shell, tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    furnished.json("show", "rule", LEARNED, "--out", str(file))
    assert "exists already" in furnished.refused("rule", str(file))
    document = json.loads(file.read_text("utf-8")) | {"name": "again", "title": "again"}
    file.write_text(json.dumps(document), "utf-8")
    assert furnished.json("rule", str(file)) == document
    assert furnished.json("show", "rule", "again") == document
    file.write_text('{"name": "x"}', "utf-8")
    assert "rule" in furnished.refused("rule", str(file))
    assert "cannot be read" in furnished.refused("rule", str(tmp_path / "nothing.json"))
    assert "Rule not found" in furnished.refused("show", "rule", "nobody's")


def test_a_profile_is_chosen_for_the_app_and_all_commands(furnished: Shell) -> None:
    assert "Choose from embedded, paper" in furnished.refused("profile", "nobody's")
    furnished.json("profile", "paper")
    chosen = {each["name"]: each["chosen"] for each in furnished.json("list", "profiles")}
    assert chosen == {"embedded": False, "paper": True}
    assert furnished.json("score", "forum", "--missing", "--profile", "embedded") == {}
    assert furnished.json("score", "forum", "--missing")["reward"] == 82
    assert furnished.json("profile", "embedded", "--precision", "float32")["precision"] == "float32"
    assert furnished.json("score", "forum", "--missing") == {}  # what is scored in another precision stays
    assert "Precision: automatic" in furnished.run("profile", "embedded", "--precision", "auto")[1]


def test_a_selection_is_saved_again_with_another_number_of_rows(furnished: Shell) -> None:
    made = furnished.json("resize", SELECTION, "12", "--save", "a dozen")
    assert (made["selection"], made["kept"]) == ("a dozen", 12)
    with Studio.open(furnished.root) as studio:
        first = studio.selections.members(SELECTION)["row_id"].head(12).tolist()
        assert studio.selections.members("a dozen")["row_id"].tolist() == first
    shared = {(each["first"], each["second"]): each["shared"] for each in furnished.json("list", "overlaps")}
    assert set(shared.values()) == {12}
    apart = furnished.json("difference", SELECTION, "a dozen")
    assert (apart["rows"]["both"], apart["rows"]["only the second"]) == (12, 0) and apart["means"]
    assert "exists already" in furnished.refused("resize", SELECTION, "12", "--save", "a dozen")
    assert "rows is 0" in furnished.refused("resize", SELECTION, "0")


def test_an_experiment_is_estimated_and_not_started(furnished: Shell) -> None:
    before = furnished.json("list", "experiments")
    found = furnished.json("experiment", "--estimate", "--sets", "2", "--rows", "5")
    assert (found["sets"], found["rows"]) == (2, 10) and found["tokens"] > 1_000
    assert furnished.json("list", "experiments") == before
    assert found["design_gain"]["indicators"] >= 2 and found["design_gain"]["errors"] is None, "of two sets"
    assert "--estimate" in furnished.refused("experiment", "--measure-speed")


def test_rows_like_a_row_are_found_with_itself_first(furnished: Shell) -> None:
    found = furnished.json("rows", "--like-row", "185", "--most", "5", "--rows", "5")
    assert found["sort"] == "similarity" and found["rows"][0]["row_id"] == 185
    similar = [each["similarity"] for each in found["rows"]]
    assert similar[0] == pytest.approx(1, abs=1e-5) and similar == sorted(similar, reverse=True)
    assert "Use one of the two" in furnished.refused("rows", "--like-row", "185", "--like", "water")
    assert "Row not found" in furnished.refused("rows", "--like-row", "999999")


def test_the_demo_is_loaded_again(furnished: Shell) -> None:
    count = len(furnished.json("list"))
    assert len(furnished.json("load", "--demo")["datasets"]) == count + 3
    assert "takes no files" in furnished.refused("load", "--demo", "x.jsonl")
    assert "No file to load" in furnished.refused("load")


def test_the_paper_rule_is_shown_as_it_comes_along(furnished: Shell) -> None:
    assert furnished.json("show", "rule", "instructmining-v1") == presets()["instructmining-v1"].as_dict()
