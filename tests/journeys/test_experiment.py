"""An experiment as a user runs it: from a preset to losses, plots and an adapter that PEFT loads."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from peft import PeftModel
from playwright.sync_api import Locator, expect
from transformers import AutoModelForCausalLM

from core.datasets.evaluation_file import read_evaluation_file
from core.models.inference_loss import evaluation_profile, measure
from core.models.pool import ModelPool
from core.models.precision import compute_rates
from core.models.profiles import profile
from core.paths import DEMO
from core.progress import Silent
from core.rows.evaluation_parts import split
from core.rows.evaluation_set import limit
from tests.journeys.studio_page import StudioPage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1500)]
DATASET, SETS, ROWS, RESPONSES, TOKENS = "forum", 2, 4, 4, 48
EXPERIMENT_MS = 900_000


def test_what_is_typed_while_the_page_is_still_busy_is_kept(tab: StudioPage) -> None:
    tab.open("Experiments")
    tab.press("Start a quick trial", "New experiment")
    typed = {"designed_sets": 3, "random_sets": 2, "rows": 5}
    for _ in range(3):
        typed = {name: value + 1 for name, value in typed.items()}
        for name, value in typed.items():
            field = tab.keyed(f"experiment-{name}").get_by_role("spinbutton")
            field.fill(str(value))
            field.press("Enter")
        tab.settle()
        expect(tab.page.get_by_text(f"{typed['designed_sets'] + typed['random_sets']} candidate sets")).to_be_visible()
        for name, value in typed.items():
            expect(tab.keyed(f"experiment-{name}").get_by_role("spinbutton")).to_have_value(str(value))


def test_a_tiny_experiment_is_planned_watched_through_a_reload_and_its_adapter_taken_away(
    tab: StudioPage, models_dir: Path, tmp_path: Path
) -> None:
    tab.open("Experiments")
    plan(tab)
    tab.page.get_by_role("button", name="Start experiment").click()
    underway = tab.page.get_by_text(re.compile(rf"[012] of {SETS + 1} done"))
    expect(tab.page.locator(".stMarkdownBadge", has_text="Running").first).to_be_visible(timeout=EXPERIMENT_MS)
    expect(underway).to_be_visible()
    tab.screenshot("experiment running")

    tab.reload("Experiments")
    expect(tab.page.get_by_role("heading", name="Tiny", exact=True)).to_be_visible()
    expect(underway).to_be_visible()
    tab.screenshot("experiment reloaded")

    finished = tab.page.get_by_text(f"{SETS + 1} of {SETS + 1} done")
    expect(finished).to_be_visible(timeout=EXPERIMENT_MS)
    tab.settle("Experiments")
    table = pd.read_csv(tab.download("Download results (CSV)", tmp_path)).set_index("name")
    assert table.index.tolist() == ["untuned", "designed 01", "designed 02"]
    assert (table["loss_per_example"] > 0).all() and table["loss_per_example"].nunique() == SETS + 1
    assert shown_losses(tab) == pytest.approx(table["loss_per_example"].tolist(), abs=6e-5)
    expect(points(figure(tab, "Log loss against mean"))).to_have_count(SETS)
    tab.screenshot("experiment done")

    open_curve(tab, "designed 02")
    tab.screenshot("experiment curve")

    folder = unpacked(tab.download("Download adapter", tmp_path), tmp_path)
    assert folder.name == "designed 01"
    assert loss_with(folder, models_dir) == pytest.approx(table.loc["designed 01", "loss_per_example"], rel=1e-3)


def plan(tab: StudioPage) -> None:
    """The preset Taste made tiny, up to the review."""
    tab.press("Start a quick trial", "New experiment")
    pill = tab.keyed("experiment-dataset_ids").get_by_role("button", name=re.compile(f"^{DATASET} "))
    pill.click()
    expect(pill).to_have_attribute("aria-pressed", "true")
    tab.settle()
    tab.enter("experiment-designed_sets", SETS)
    tab.enter("experiment-rows", ROWS)
    tab.press("Next: Model and evaluation", "Evaluation set")
    tab.enter("experiment-epochs", 1)
    tab.enter("experiment-max_tokens", TOKENS)
    tab.enter("experiment-responses", RESPONSES)
    tab.enter("experiment-max_evaluation_tokens", TOKENS)
    tab.page.get_by_text("Advanced", exact=True).click()
    tab.enter("experiment-batch_size", 1)
    tab.press("Next: Review and start", "Composition of the sets")
    expect(tab.page.get_by_test_id("stMetricValue").first).to_have_text(str(SETS))
    name = tab.keyed("experiment-name").get_by_role("textbox")
    name.fill("Tiny")
    name.press("Enter")
    tab.settle()
    tab.screenshot("experiment review")


def shown_losses(tab: StudioPage) -> list[float]:
    """Losses per example as the table of sets shows them, the untuned model's first."""
    table = tab.page.get_by_test_id("stDataFrame").filter(has_text="Loss per example (nats/token)")
    table.scroll_into_view_if_needed()
    expect(table.get_by_test_id(f"glide-cell-0-{SETS}")).to_be_attached()
    titles = table.locator("thead th").all_text_contents()
    column = titles.index("Loss per example (nats/token)")
    cells = [table.get_by_test_id(f"glide-cell-{column}-{row}") for row in range(SETS + 1)]
    for cell in cells:
        expect(cell).to_have_text(re.compile(r"\d"))  # the grid writes its cells a moment after it was drawn
    return [float(cell.text_content() or "") for cell in cells]


def figure(tab: StudioPage, title: str) -> Locator:
    """The plot of this title, brought into view."""
    found = tab.page.get_by_test_id("stPlotlyChart").filter(has_text=title)
    found.scroll_into_view_if_needed()
    return found


def points(plot: Locator) -> Locator:
    """The markers in a plot."""
    return plot.locator(".scatterlayer .points path")


def open_curve(tab: StudioPage, name: str) -> None:
    """Choose one set's curve among those of all."""
    curves = figure(tab, "Training loss")
    expect(points(curves)).to_have_count(SETS * ROWS)
    tab.page.get_by_role("combobox", name=re.compile("^Sets")).click()
    tab.page.get_by_role("option", name=name).click()
    tab.page.keyboard.press("Escape")
    expect(points(curves)).to_have_count(ROWS)
    tab.settle()


def unpacked(archive: Path, into: Path) -> Path:
    """The only folder in a zip."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(into)
        (folder,) = {name.split("/")[0] for name in opened.namelist()}
    return into / folder


def loss_with(adapter: Path, models: Path) -> float:
    """Mean loss of the embedded model with this adapter over the experiment's examples."""
    pool = ModelPool(profile("embedded"), models)
    base = AutoModelForCausalLM.from_pretrained(pool.language_model_place, dtype=compute_rates().fastest)
    model = PeftModel.from_pretrained(base, adapter).eval().get_base_model()
    parts = split(read_evaluation_file(DEMO / "evaluation.jsonl").examples)
    examples = limit([*parts.guide, *parts.validation], RESPONSES, seed=0)
    limits = evaluation_profile(profile("embedded"), "alpaca", TOKENS)
    losses = measure(model, pool.tokenizer, examples, limits, Silent())
    return float(losses.groupby("example")["loss_nats_per_token"].mean().mean())
