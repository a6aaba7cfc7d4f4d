"""`python -m jobs` as scripts use it: real processes on the demo data, JSON read back, interrupted and gone on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.paths import PROJECT, StudioPaths
from core.store import Store
from jobs.queue.folder import JobFolder, folders
from tests.jobs.studio import until
from tests.unscored import unscored_file

TINY = ["--responses", "2", "--max-tokens", "16", "--max-evaluation-tokens", "16"]


class Terminal:
    """A shell on a data folder of its own."""

    def __init__(self, root: Path) -> None:
        self.paths = StudioPaths(root)
        self.environment = {**os.environ, "STUDIO_DATA": str(root)}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "jobs", *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        said, told = process.communicate(timeout=400)
        return process.returncode, said, told

    def json(self, *arguments: str) -> Any:
        code, said, told = self.run(*arguments, "--json")
        assert (code, told) == (0, ""), told
        return json.loads(said)

    def workers(self) -> list[int]:
        """Processes that serve this folder."""
        found = (file for file in self.paths.jobs.glob("worker*.json"))
        return [pid for file in found if psutil.pid_exists(pid := json.loads(file.read_text())["pid"])]


@pytest.fixture(scope="module")
def models_dir(shallow_models: Path) -> Path:
    """With few layers: what comes of a tuned model is looked at, not how well it answers."""
    return shallow_models


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Terminal]:
    root = tmp_path_factory.mktemp("commands")
    (root / "models").symlink_to(models_dir, target_is_directory=True)
    yield Terminal(root)


def test_rows_are_loaded_scored_selected_and_exported(terminal: Terminal, tmp_path: Path) -> None:
    loaded = terminal.json("load", str(unscored_file("handbook", tmp_path)), "--name", "mine")
    assert (loaded["name"], loaded["kept"]) == ("mine", 90)
    assert [each["name"] for each in terminal.json("list")] == ["handbook", "forum", "scrape", "mine"]

    some = terminal.json("score", "mine", "--indicators", "input_words", "--contains", "water")
    assert some["new"] == 12
    asked = ["score", "mine", "scrape", "--indicators", "mtld", "output_words"]
    scored = terminal.json(*asked)
    assert scored["new"] == 90 * 2, "the demo comes with its scores"
    assert [set(each) for each in scored["datasets"]] == [{"name", "rows", "mtld", "output_words"}] * 2
    assert terminal.workers() == [], "the worker of the command outlives it"
    assert terminal.json(*asked)["new"] == 0

    chosen = terminal.json("select", "--by", "mtld", "--rows", "10", "--datasets", "mine", "scrape", "--save", "best")
    assert (chosen["selection"], chosen["kept"], chosen["considered"]) == ("best", 10, 171)
    file = tmp_path / "best.jsonl"
    made = terminal.json("export", "best", "--out", str(file), "--format", "messages")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == made["rows"] == 10
    assert {role["role"] for line in lines for role in line["messages"]} == {"user", "assistant"}
    assert Path(made["manifest"]).is_file()


def test_commands_that_come_at_once_wait_for_one_another(terminal: Terminal) -> None:
    at_once = [terminal.start("list", "--json") for _ in range(3)]
    said = [each.communicate(timeout=120)[0] for each in at_once]
    assert [each.returncode for each in at_once] == [0, 0, 0] and len(set(said)) == 1


def test_a_rule_is_learned_from_a_table_and_kept(terminal: Terminal) -> None:
    table = str(PROJECT / "docs" / "runs" / "workstation.csv")
    learned = terminal.json("learn", "--csv", table, "--indicators", "reward", "--method", "all", "--save", "by reward")
    assert (learned["sets"], learned["saved"]) == (24, True)
    assert learned["r_squared"] == pytest.approx(0.39, abs=0.005)  # docs/experiments.md
    assert learned["predicted_r_squared"] == pytest.approx(0.30, abs=0.005)
    assert "by reward" in {each["name"] for each in terminal.json("list", "rules")}


def test_an_interrupted_experiment_goes_on(terminal: Terminal) -> None:
    queued = terminal.json("experiment", "--datasets", "forum", "--sets", "1", "--rows", "12", *TINY)
    assert queued["status"] == "queued"
    waiting = terminal.start("wait", "1")
    until(lambda: measured(terminal.paths.jobs), "the base model is measured", seconds=300)
    assert len(terminal.json("list", "experiments")) == 1, "a command that waits answers others"
    waiting.send_signal(signal.SIGINT)
    _, told = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert "stays queued" in told and "Traceback" not in told
    assert terminal.workers() == []
    ran = terminal.json("wait", "1")
    assert ran["status"] == "done"
    assert [each["status"] for each in ran["sets"]] == ["done", "done"]
    assert all(each["loss"] > 0 for each in ran["sets"])


def measured(jobs: Path) -> list[JobFolder]:
    return [folder for folder in folders(jobs) if (folder.parts / "losses-0000.parquet").exists()]


def test_a_proof_ends_with_a_verdict(terminal: Terminal) -> None:
    terminal.json("select", "--by", "mtld", "--rows", "4", "--datasets", "handbook", "--save", "the first")
    estimated = terminal.json("prove", "the first", "--draws", "1", "--controls", "--estimate")
    assert (estimated["models"], estimated["rows"], estimated["smallest_difference"]) == (2, 4, None)
    proved = terminal.json("prove", "the first", "--draws", "1", "--controls", "--wait", *TINY)
    assert proved["status"] == "done"
    assert proved["ruling"] == "too few sub-pools or draws"
    assert [each["side"] for each in proved["sides"]] == ["selected", "random"]
    assert all(len(each["losses"]) == 1 for each in proved["sides"])


def test_a_store_that_another_process_holds_is_told_with_its_process(terminal: Terminal) -> None:
    with Store.open(terminal.paths.store):
        code, said, told = terminal.run("list", "--json")
    assert code == 1
    assert f"Process {os.getpid()} is using this data folder" in told and "Traceback" not in told
    assert json.loads(said)["error"]["where"] == str(terminal.paths.store)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["score", "nowhere"], "Dataset not found"),
        (["score", "--indicators", "beauty"], "Unknown indicator"),
        (["select", "--rule", "nobody's"], "Rule not found"),
        (["export", "nothing"], "Selection not found"),
        (["load", "/nowhere.jsonl"], "No data file found"),
        (["list", "--profile", "giant"], "Unknown model profile"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    asked: list[str], told: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jobs.__main__ import main

    monkeypatch.setenv("STUDIO_DATA", str(terminal.paths.root))
    assert main(asked) == 1
    assert told in capsys.readouterr().err


def test_help_names_every_command_and_a_wrong_argument_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    from jobs.__main__ import main
    from jobs.commands import command_called, commands

    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert [name for name in commands() if name not in shown] == []
    assert all(command_called(name) is each for name, each in commands().items()), "a file is called as its command"
    assert command_called("terminal") is None and command_called("nothing") is None
    with pytest.raises(SystemExit) as ended:
        main(["select", "--rows", "many"])
    assert ended.value.code == 2


def test_a_reader_that_has_enough_is_no_fault(terminal: Terminal) -> None:
    process = terminal.start("list", "datasets")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait(60) == 0
    process.stderr.close()
