"""Ten files of ten kinds: nine come in one go, of the tenth another column is chosen; all of it is taken away again."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pytest
import yaml
from playwright.sync_api import expect

from tests.core.formats.test_packed_tables import workbook
from tests.journeys.exporting import export, pairs
from tests.journeys.loading import press_load, upload
from tests.journeys.studio_page import StudioPage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
ROWS = 3
Pairs = list[tuple[str, str]]


def table(rows: Pairs, *names: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(names))


def turns(rows: Pairs, speaker: str, text: str, who: tuple[str, str]) -> list[list[dict[str, str]]]:
    return [[{speaker: name, text: said} for name, said in zip(who, row, strict=True)] for row in rows]


def records(rows: Pairs) -> list[dict[str, str]]:
    return [{"instruction": asked, "input": "", "output": answered} for asked, answered in rows]


def write_sharegpt(path: Path, rows: Pairs) -> None:
    talks = [{"conversations": each} for each in turns(rows, "from", "value", ("human", "gpt"))]
    path.write_text(json.dumps(talks), "utf-8")


def write_messages(path: Path, rows: Pairs) -> None:
    talks = [{"messages": each} for each in turns(rows, "role", "content", ("user", "assistant"))]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, talks)).encode()))


KINDS: dict[str, Callable[[Path, Pairs], object]] = {
    "lines.jsonl": lambda path, rows: path.write_text("\n".join(map(json.dumps, records(rows))), "utf-8"),
    "sharegpt.json": write_sharegpt,
    "messages.jsonl.gz": write_messages,
    "commas.csv": lambda path, rows: table(rows, "instruction", "response").to_csv(path, index=False),
    "tabs.tsv": lambda path, rows: table(rows, "prompt", "completion").to_csv(path, index=False, sep="\t"),
    "sheet.xlsx": lambda path, rows: path.write_bytes(workbook(Rows=[["question", "answer"], *map(list, rows)])),
    "columns.parquet": lambda path, rows: table(rows, "query", "response").to_parquet(path),
    "memory.arrow": lambda path, rows: feather.write_feather(pa.table(table(rows, "input", "output")), path),
    "list.yaml": lambda path, rows: path.write_text(yaml.safe_dump(records(rows)), "utf-8"),
}


def rows_of(name: str) -> Pairs:
    return [(f"What is said of {name} in line {n}?", f"That {name} has a line {n}.") for n in range(ROWS)]


def test_ten_kinds_of_files_are_loaded_and_exported_as_they_were(tab: StudioPage, tmp_path: Path) -> None:
    wanted = {name: rows_of(name) for name in KINDS}
    for name, write in KINDS.items():
        write(tmp_path / name, wanted[name])
    tab.open()
    upload(tab, *(tmp_path / name for name in KINDS))
    expect(tab.page.get_by_text("One dataset per file (9 files)")).to_be_visible()
    press_load(tab)
    for name in KINDS:
        expect(tab.page.get_by_text(f"{name.split('.')[0]}: {ROWS} rows loaded.")).to_be_visible()

    wanted["mine.csv"] = rows_of("mine")
    lines = [(asked, "A draft.", answered) for asked, answered in wanted["mine.csv"]]
    pd.DataFrame(lines, columns=["question", "answer", "revision"]).to_csv(tmp_path / "mine.csv", index=False)
    upload(tab, tmp_path / "mine.csv")
    response = tab.page.get_by_role("combobox", name="Response", exact=True)
    expect(response).to_be_visible()
    tab.settle()
    response.click()
    tab.page.get_by_role("option", name="revision", exact=True).click()
    expect(response).to_have_value("revision")
    tab.settle()
    tab.screenshot("another column")
    press_load(tab)
    expect(tab.page.get_by_text(f"mine: {ROWS} rows loaded.")).to_be_visible()

    tab.go("Select")
    tab.choose_datasets(*(name.split(".")[0] for name in wanted))
    tab.choose("selection-rank_by", "Filters")
    tab.choose("selection-amount", "All")
    exported = export(tab, ROWS * len(wanted), tmp_path, scores=False)
    assert sorted(pairs(exported)) == sorted((asked, "", said) for rows in wanted.values() for asked, said in rows)
