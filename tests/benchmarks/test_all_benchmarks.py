"""The command that runs all benchmarks: it names scripts that there are, goes on where it was cut off, tells faults."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.all import BENCHMARKS, Benchmark, run_all
from core.paths import PROJECT

PLACE = re.compile(r"benchmarks[./](\w+)")
HOURS = {"depth", "candidate_sets"}  # their tables are kept beside the docs
ELSEWHERE = {"atlas"}  # needs a program of another environment
AGAIN = {"quick_trial_page"}  # what another measures, as the page starts it
FIRST = Benchmark("first", 1, '-c print("|1.5|s|")')


def test_every_script_of_the_docs_is_run_or_takes_hours_or_a_program_from_elsewhere() -> None:
    page = (PROJECT / "docs" / "benchmarks.md").read_text("utf-8")
    told = set(re.findall(r"python (?:-m )?benchmarks[./](\w+)", page)) - {"all"}
    ours = {found[1] for each in BENCHMARKS if (found := PLACE.search(each.command))}
    assert told - HOURS - ELSEWHERE - AGAIN == ours
    assert all((PROJECT / "benchmarks" / f"{name}.py").exists() for name in ours)
    assert sum(each.minutes for each in BENCHMARKS) <= 60
    assert len({each.name for each in BENCHMARKS}) == len(BENCHMARKS)


def test_what_is_through_is_not_run_again_and_what_failed_or_changed_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Benchmark("second", 1, '-c raise(SystemExit("no_data"))')
    ran = run_all([FIRST, broken], None, tmp_path)
    assert [(each.name, each.whole) for each in ran] == [("first", True), ("second", False)]
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "\\|1.5\\|s\\|" in table and "ended with 1: no_data" in table
    capsys.readouterr()
    again = run_all([FIRST, replace(broken, command="-c print(2)")], None, tmp_path)
    assert again[0] == ran[0] and (again[1].printed, again[1].whole) == ("2", True)
    assert "first: about" not in capsys.readouterr().out
    changed = run_all([replace(FIRST, command="-c print(3)")], None, tmp_path)
    assert changed[0].printed == "3"


def test_a_script_that_needs_datasets_is_left_out_without_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Benchmark("reader", 1, "-c import_this DATASETS")
    assert run_all([reader, FIRST], None, tmp_path)[0].name == "first"
    assert "reader: left out, as it needs DATASETS" in capsys.readouterr().out
    assert reader.arguments(tmp_path) == ["-c", "import_this", str(tmp_path)]
