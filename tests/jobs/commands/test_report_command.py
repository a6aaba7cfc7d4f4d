"""`report` writes the Report page as a file; `list` shows all that commands take by name."""

import json
from pathlib import Path

import pytest

from core.paths import PROJECT
from jobs.commands.list import LISTED
from tests.jobs.shell import Shell


def test_a_report_of_a_table_says_what_is_rebuilt_and_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    shell.json("learn", "--csv", str(PROJECT / "docs/runs/workstation.csv"), "--indicators", "reward", "--save", "mine")
    file = tmp_path / "new" / "report.html"
    made = shell.json("report", "--csv", str(PROJECT / "docs/runs/workstation.csv"), "--out", str(file))
    assert made["missing"]["Multivariate analysis"] is None
    assert "proofs" in made["missing"]["Unseen data"] and "judged" in made["missing"]["Judge"]
    text = file.read_text("utf-8")
    assert made["bytes"] == len(text.encode()) and "Saved as “mine”." in text
    assert [each.name for each in file.parent.iterdir()] == ["report.html"]
    assert "Rule not found" in shell.refused("report", "--rule", "nobody's")
    assert "cannot be read" in shell.refused("report", "--csv", "/nowhere.csv")


@pytest.mark.parametrize("what", list(LISTED))
def test_everything_that_has_a_name_is_listed(what: str, shell: Shell) -> None:
    code, said, told = shell.run("list", what, "--json")
    assert (code, told) == (0, "")
    listed = {each["name"] for each in json.loads(said)}
    known = {"datasets": "handbook", "evaluation-sets": "demo evaluation", "indicators": "mtld"}
    assert known.get(what) in listed | {None}
