"""From the Select page to a file on the user's disk, and Equation (4) computed anew from the file's scores."""

import json
from pathlib import Path

import pandas as pd
from playwright.sync_api import expect

from tests.journeys.studio_page import StudioPage


def keep_rows(studio: StudioPage, rows: int | None) -> None:
    """On the Select page: keep the best rows by the rule in force, all of them for None."""
    studio.page.get_by_role("tab", name="Result").click()
    studio.choose("selection-rank_by", "Rule")
    studio.choose("selection-amount", "All" if rows is None else "Rows")
    if rows is not None:
        field = studio.keyed("selection-rows").get_by_role("spinbutton")
        field.fill(str(rows))
        field.press("Enter")
        expect(studio.page.get_by_test_id("stMetricValue").first).to_have_text(str(rows))
    studio.settle("Select")


def export(studio: StudioPage, rows: int, into: Path, *, scores: bool) -> pd.DataFrame:
    """Make the file on the Export tab, download it, and read its lines in order."""
    studio.page.get_by_role("tab", name="Export").click()
    toggle = studio.keyed("selection-with_scores").get_by_role("switch")
    toggle.set_checked(scores, force=True)
    expect(toggle).to_be_checked(checked=scores)
    studio.settle("Select")
    studio.page.get_by_role("button", name=f"Export {rows:,} rows").click()
    expect(studio.page.get_by_role("button", name="Download data")).to_be_visible()
    studio.settle("Select")
    file = studio.download("Download data", into)
    return pd.DataFrame([json.loads(line) for line in file.read_text("utf-8").splitlines()])


def by_equation_4(scored: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of the paper's Equation (4), best first (arXiv 2307.06290v1: lower is better)."""
    loss = (
        1.0694
        - 0.1498 * scored["score_reward"]
        + 8.257e-5 * scored["score_output_length"]
        - 0.9350 * scored["score_knn_distance"]
    )
    return scored.assign(log_loss=loss).sort_values("log_loss", kind="stable").reset_index(drop=True)


def pairs(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Instruction, input and output of each row."""
    return list(rows[["instruction", "input", "output"]].itertuples(index=False, name=None))
