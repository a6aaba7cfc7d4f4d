"""Data as people have them: loaded by path, scored by what is cheap, selected by the rule, taken away."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.exporting import by_equation_4, export, keep_rows, pairs
from tests.journeys.loading import load
from tests.journeys.studio_page import SLOW, StudioPage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1500)]
FILES = ("alpacaeval-alpaca-7b", "alpacaeval-gpt4_0613")
ROWS = 8  # seven have a sixth neighbour each
KEPT = 4


@pytest.fixture(scope="module")
def folder(real_datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of two systems' answers to the same instructions."""
    target = tmp_path_factory.mktemp("real")
    for name in FILES:
        lines = (real_datasets / "train" / f"{name}.jsonl").read_text("utf-8").splitlines(keepends=True)
        (target / f"{name}.jsonl").write_text("".join(lines[:ROWS]), "utf-8")
    return target


def test_real_files_are_loaded_scored_selected_and_exported(tab: StudioPage, folder: Path, tmp_path: Path) -> None:
    tab.open()
    load(tab, f"{folder}/*.jsonl")
    for name in FILES:
        expect(tab.page.get_by_text(f"{name}: {ROWS} rows loaded.")).to_be_visible()

    tab.go("Indicators")
    tab.choose_datasets(*FILES)
    tab.leave_out(*SLOW)
    tab.start_scoring()
    tab.wait_for_jobs()
    tab.expect_rows(2 * ROWS)
    tab.screenshot("real data scored")

    tab.go("Select")
    keep_rows(tab, None)
    everything = export(tab, 2 * ROWS, tmp_path, scores=True)
    keep_rows(tab, KEPT)
    tab.screenshot("real data selected")
    chosen = export(tab, KEPT, tmp_path, scores=False)

    assert pairs(chosen) == pairs(by_equation_4(everything))[:KEPT]
