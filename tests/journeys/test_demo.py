"""What a new user does: look at the demo, filter by dragging, select by the rule, take the file away, load a file."""

import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from core.paths import DEMO, PROJECT
from tests.journeys.exporting import by_equation_4, export, keep_rows, pairs
from tests.journeys.loading import load
from tests.journeys.studio import Studio
from tests.journeys.studio_page import StudioPage, open_tab
from tests.unscored import unscored_file

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1500)]
NAMES = ("handbook", "forum", "scrape")
KEPT = 40


def demo_rows(*names: str) -> list[tuple[str, str, str]]:
    """The rows of demo datasets as they lie in the repository."""
    lines = [line for name in names for line in (DEMO / f"{name}.jsonl").read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    return [(row["instruction"], row["input"], row["output"]) for row in rows]


@pytest.fixture(scope="module")
def demo() -> list[tuple[str, str, str]]:
    """All rows, as the repository has them."""
    return demo_rows(*NAMES)


@pytest.fixture(scope="module")
def all_scores(browser: Browser, studio: Studio, demo: list, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Every row with its scores, as the page exports them."""
    with open_tab(browser, studio.url) as tab:
        tab.open("Select")
        keep_rows(tab, None)
        return export(tab, len(demo), tmp_path_factory.mktemp("all"), scores=True)


def test_a_new_studio_shows_the_demo_data_scored_and_leads_to_selecting(tab: StudioPage) -> None:
    tab.open()

    rows = len(demo_rows(*NAMES))
    expect(tab.page.get_by_role("heading", name=f"3 datasets, {rows:,} rows")).to_be_visible()
    for name in NAMES:
        expect(tab.page.get_by_text(name, exact=False).first).to_be_visible()
    expect(tab.keyed("path_step_2").get_by_text("Done · All rows scored")).to_be_visible()
    expect(tab.keyed("path_step_5").get_by_text("Next · Select the best rows")).to_be_visible()
    tab.screenshot("datasets")
    tab.keyed("path_step_5").get_by_role("link").click()
    tab.settle("Select")


def test_dragging_over_a_plot_narrows_the_table_and_lasts(tab: StudioPage, demo: list, tmp_path: Path) -> None:
    tab.open("Indicators")
    tab.expect_rows(len(demo))

    tab.drag_across("reward", 0.55, 0.95)
    chip, left = tab.only_chip(), tab.rows_told()
    tab.expect_rows(left)

    assert chip.startswith("Reward ")
    assert 0 < left < len(demo)
    tab.page.locator('[data-testid="stDataFrame"] [role="grid"]').last.wait_for(state="attached")
    tab.screenshot("filtered")
    if os.environ.get("STUDIO_README_SCREENSHOT"):
        write_readme_screenshot(tab, tmp_path)

    tab.go("Select")
    tab.expect_chip(chip)
    tab.go("Indicators")
    tab.expect_chip(chip)
    tab.expect_rows(left)
    tab.reload("Indicators")
    tab.expect_chip(chip)
    tab.expect_rows(left)

    tab.clear_filters()
    tab.expect_rows(len(demo))


def test_a_row_of_the_table_opens_whole(tab: StudioPage, demo: list) -> None:
    tab.open("Indicators")
    tab.drag_across("reward", 0.55, 0.95)  # a table that was given other rows once lost the first click on them
    expect(tab.keyed("filter_chips")).to_be_visible()
    tab.settle()
    table = tab.page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    cell = table.get_by_test_id("glide-cell-2-1")
    expect(cell).to_have_text(re.compile(r"\S"))  # the grid writes its cells a moment after it was drawn
    instruction = cell.text_content() or ""

    second_row = {"x": 200, "y": 87}
    table.locator(".dvn-scroller").click(position=second_row)
    reader = tab.keyed("row_reader")
    expect(reader).to_be_visible()
    tab.settle()
    texts = reader.locator('[data-testid="stHtml"] div[style*="pre-wrap"]')
    expect(texts.first).to_be_visible()
    shown = texts.all_inner_texts()
    tab.screenshot("row")

    opened = next(row for row in demo if row[0] == shown[0])
    assert opened[0].startswith(instruction)
    assert tuple(shown) == tuple(text for text in opened if text)
    expect(reader.get_by_text("Scores", exact=True)).to_be_visible()
    tab.page.keyboard.press("n")
    expect(reader.get_by_text(re.compile("^3 of "))).to_be_visible()
    expect(texts.first).not_to_have_text(opened[0])
    tab.page.keyboard.press("?")
    expect(tab.page.get_by_text("Close the reader")).to_be_visible()
    tab.page.keyboard.press("?")
    tab.page.keyboard.press("k")
    expect(reader.get_by_test_id("stBaseButton-primary").get_by_text("Keep")).to_be_visible()
    expect(table.get_by_test_id("glide-cell-2-2")).to_have_text("Keep")
    tab.page.keyboard.press("z")
    expect(reader.get_by_test_id("stBaseButton-primary").get_by_text("No mark")).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    for line in range(12):  # as quickly as the page follows: messages that the browser was to keep were once lost
        table.locator(".dvn-scroller").click(position={"x": 200, "y": 50 + 33 * (line % 8)})
        expect(reader.get_by_text(re.compile(f"^{line % 8 + 1} of "))).to_be_visible()
        tab.page.keyboard.press("Escape")
        expect(reader).to_have_count(0)
    tab.settle()
    tab.clear_filters()


def test_the_exported_file_holds_the_best_rows_by_equation_4(
    all_scores: pd.DataFrame, tab: StudioPage, demo: list, tmp_path: Path
) -> None:
    assert sorted(pairs(all_scores)) == sorted(demo)

    tab.open("Select")
    keep_rows(tab, KEPT)
    tab.screenshot("select")
    chosen = export(tab, KEPT, tmp_path, scores=False)
    tab.screenshot("export")

    assert list(chosen.columns) == ["instruction", "input", "output"]
    assert pairs(chosen) == pairs(by_equation_4(all_scores))[:KEPT]
    expect(tab.keyed("path_step_5").get_by_text(f"Done · {KEPT} rows exported")).to_be_visible()


def test_what_is_saved_is_what_was_chosen_at_the_click(tab: StudioPage) -> None:
    """A number is typed and `Save` clicked at once, before the page could draw itself anew."""
    tab.open("Select")
    keep_rows(tab, KEPT - 10)  # another number than before, so that the page has drawn itself when it is seen

    tab.keyed("selection-rows").get_by_role("spinbutton").fill("17")
    tab.page.get_by_role("button", name="Save", exact=True).click()

    expect(tab.page.get_by_text("Saved as “Best 17 by")).to_be_visible()
    expect(tab.page.get_by_label("Selection name")).to_have_value(re.compile(r"Best 17 by .* \(2\)"))
    tab.page.get_by_role("tab", name="Saved").click()
    expect(tab.page.get_by_text(re.compile(r"^17 of \d+ rows"))).to_be_visible()


def test_a_range_on_a_chip_means_the_scores_in_it(all_scores: pd.DataFrame, tab: StudioPage) -> None:
    tab.open("Indicators")
    tab.drag_across("reward", 0.3, 0.7)
    low, high = (float(number.replace("−", "-")) for number in re.findall(r"[-−]?\d+\.?\d*", tab.only_chip()))
    rewards, rounding = all_scores["score_reward"], 0.006
    left = tab.rows_told()
    tab.expect_rows(left)
    tab.clear_filters()

    assert rewards.between(low + rounding, high - rounding).sum() <= left
    assert left <= rewards.between(low - rounding, high + rounding).sum()


def test_a_file_of_ones_own_is_scored_and_no_drag_is_lost_when_its_scores_arrive(
    tab: StudioPage, tmp_path: Path
) -> None:
    """Every indicator, by the real models; one drag is over by then, in another one the button is still pressed."""
    tab.open()
    load(tab, str(unscored_file("forum", tmp_path, rows=2)))
    expect(tab.page.get_by_text("mine: 2 rows loaded.")).to_be_visible()
    tab.go("Indicators")
    tab.start_scoring()
    tab.drag_across("mtld", 0.4, 0.9)
    chip = tab.only_chip()
    tab.screenshot("scoring")
    tab.page.mouse.move(*tab.place("reward", 0.5))
    tab.page.mouse.down()
    tab.page.mouse.move(*tab.place("reward", 0.9), steps=5)
    expect(tab.page.get_by_text("Show the scores so far")).to_be_visible()
    tab.wait_for_jobs()
    expect(tab.page.get_by_role("button", name="Score now")).to_have_count(0)
    tab.page.mouse.up()
    tab.expect_chip_count(2)
    assert tab.chips()[0] == chip and tab.chips()[1].startswith("Reward ")
    tab.expect_rows(tab.rows_told())
    tab.clear_filters()
    tab.choose_datasets("mine")
    tab.expect_rows(2)


def write_readme_screenshot(tab: StudioPage, folder: Path) -> None:
    """What the README shows: 1440x900 in few colours, so that the repository stays small."""
    tab.page.evaluate("window.scrollTo(0, 0)")
    tab.page.screenshot(path=folder / "full.png")
    with Image.open(folder / "full.png") as image:
        few = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(PROJECT / "docs" / "screenshot.png", optimize=True)
