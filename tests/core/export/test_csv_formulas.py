"""A spreadsheet finds no formula in an exported CSV; what is not asked to be changed is not."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.export import ExportOptions, ExportRow, Layout, write_export
from core.export.layouts import with_older
from core.rows.row import Row
from core.values import read

STARTS = "=+-@\t\r＝＋－＠"
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=30),
    st.builds("{}{}".format, st.sampled_from("=+-@\t'＝"), st.text("abc1()!,\"'", max_size=8)),
)


def cells(path: Path, row: Row, *, neutralise: bool) -> dict[str, str]:
    options = ExportOptions(Layout.CSV, extra=True, dataset=True, scores=("reward",), neutralise_formulas=neutralise)
    write_export(path, options, [ExportRow(row, "=cmd|' /C calc'!A0", {"reward": -1.5})], 1)
    with path.open(encoding="utf-8", newline="") as stream:
        (line,) = csv.DictReader(stream)
    return line


@settings(max_examples=150)
@given(instruction=texts, given=st.one_of(st.just(""), texts), output=texts)
@example(instruction="=HYPERLINK(A1)", given="@SUM(1)", output="-1+1")
def test_no_text_begins_as_a_formula_does_and_the_rest_stays(
    instruction: str, given: str, output: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    row = Row(instruction, given, output, extra='{"=a":"=b"}')
    line = cells(tmp_path_factory.mktemp("csv") / "rows.csv", row, neutralise=True)
    assert float(line.pop("score_reward")) == -1.5
    assert not [cell for cell in line.values() if cell.startswith(tuple(STARTS))]
    for cell, text in ((line["instruction"], instruction), (line["input"], given), (line["output"], output)):
        assert cell.removeprefix("'") == text.removeprefix("'") or cell.strip() in {"nan", "NaN"}


@settings(max_examples=100)
@given(instruction=texts, output=texts)
def test_without_the_option_every_text_stays_as_it_is(
    instruction: str, output: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = cells(tmp_path_factory.mktemp("csv") / "rows.csv", Row(instruction, "", output), neutralise=False)
    assert (line["instruction"], line["output"]) == (instruction, output) or {instruction, output} & {"nan", "NaN"}


def test_the_option_is_told_for_csv_only_and_older_manifests_were_made_without() -> None:
    assert ExportOptions(Layout.CSV, neutralise_formulas=True).as_dict()["neutralise_formulas"] is True
    assert ExportOptions(Layout.ALPACA, neutralise_formulas=True).as_dict()["neutralise_formulas"] is False
    older = {"layout": "csv", "extra": False, "dataset": False, "scores": []}
    assert read(ExportOptions, with_older(older)).neutralise_formulas is False
