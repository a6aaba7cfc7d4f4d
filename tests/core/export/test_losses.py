"""What a layout or a trainer does not take is counted and said; the reasons are those of LLaMA-Factory's own loader."""

import json
from pathlib import Path

import pytest

from core.export import ExportOptions, ExportRow, Layout, write_export
from core.export.manifest import make_manifest
from core.export.remarks import remarks_on
from core.rows.row import Message, Row, row_from_messages
from core.selection.spec import SelectionSpec
from core.sources.folder import data_files


def conversation(roles: str, **last: object) -> Row:
    """Turns by the first letters of their roles; the last has further keys."""
    names = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    turns = [{"role": names[role], "content": f"turn {number}"} for number, role in enumerate(roles)]
    turns[-1] |= last
    return Row("q", "", "a", json.dumps(turns))


def remarks(path: Path, options: ExportOptions, *rows: Row) -> str:
    return " ".join(remarks_on(write_export(path, options, list(map(ExportRow, rows)), len(rows)), options))


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ("ua", ""),
        ("suaua", ""),
        ("uata", ""),
        ("aua", "the assistant speaks first"),
        ("uau", "the last turn is not the assistant's"),
        ("uuaa", "the same side speaks twice"),
        ("uatta", "two tool results in a row"),
        ("uasua", "a system turn after the first"),
    ],
)
@pytest.mark.parametrize("layout", [Layout.MESSAGES, Layout.SHAREGPT])
def test_conversations_that_llama_factory_leaves_out_are_told_with_a_count(
    roles: str, reason: str, layout: Layout, tmp_path: Path
) -> None:
    said = remarks(tmp_path / "rows.jsonl", ExportOptions(layout), conversation(roles), conversation("ua"))
    assert ("LLaMA-Factory leaves out 1 conversation" in said) == bool(reason)
    assert reason in said


def test_what_alpaca_has_no_place_for_is_named(tmp_path: Path) -> None:
    said = remarks(tmp_path / "rows.jsonl", ExportOptions(), conversation("uaua", weight=0, name="me"))
    assert "name (1 row), weight (1 row)" in said and "turn by turn" not in said
    assert "cannot hold 1 conversation turn by turn" in remarks(
        tmp_path / "rows.jsonl", ExportOptions(), conversation("uata"), conversation("ua")
    )


def test_rejected_answers_that_only_some_rows_have_are_said_to_be_lost(tmp_path: Path) -> None:
    turns = [Message("user", "Hi"), Message("assistant", "Hello")]
    rows = row_from_messages(turns, rejected=[Message("assistant", "Go")]), Row("q", "", "a")
    for layout in (Layout.ALPACA, Layout.SHAREGPT, Layout.PROMPT_COMPLETION):
        assert "1 row of 2 lose their rejected answer" in remarks(tmp_path / "rows", ExportOptions(layout), *rows)
        assert remarks(tmp_path / "rows", ExportOptions(layout), rows[0]) == ""
    assert remarks(tmp_path / "rows", ExportOptions(Layout.MESSAGES), *rows) == ""


def test_escaped_cells_are_counted(tmp_path: Path) -> None:
    options = ExportOptions(Layout.CSV, neutralise_formulas=True)
    assert "2 cells got an apostrophe" in remarks(
        tmp_path / "rows.csv", options, Row("=1", "", "- oak"), Row("a", "", "b")
    )
    assert remarks(tmp_path / "rows.csv", ExportOptions(Layout.CSV), Row("=1", "", "- oak")) == ""


def test_rows_that_fit_are_not_remarked_on(tmp_path: Path) -> None:
    assert (
        remarks(tmp_path / "rows.jsonl", ExportOptions(Layout.MESSAGES), conversation("suaua"), Row("q", "", "a")) == ""
    )


def test_an_answer_that_is_not_the_last_is_told_with_the_file_and_in_its_manifest(tmp_path: Path) -> None:
    turns = [Message(role, role) for role in ("user", "assistant", "user", "assistant")]
    rows = [row_from_messages(turns, response=1), row_from_messages(turns)]
    for layout in (Layout.MESSAGES, Layout.SHAREGPT):
        options = ExportOptions(layout)
        written = write_export(tmp_path / "rows.jsonl", options, list(map(ExportRow, rows)), 2)
        (told,) = remarks_on(written, options)
        assert told.startswith("1 conversation of 2 go on after the answer that is scored")
        assert make_manifest("rows", "", [], SelectionSpec(), options, written).warnings == (told,)


def test_an_export_of_first_answers_is_told_where_it_is_loaded_again(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"instruction": "q", "output": "a"}\n')
    manifest = {"sources": [{"origin": {"files": ["a.jsonl"], "answers": "first"}}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert any("first answer as response" in note for note in data_files(tmp_path).notes)
