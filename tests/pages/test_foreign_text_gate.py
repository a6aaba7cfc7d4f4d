"""Text of users, files and models reaches the page through the gate, by the pages' own syntax and by examples."""

import ast
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.paths import PROJECT
from pages.components.foreign_text import plain, plotted, prose
from tests.hostile_texts import HOSTILE

# What Streamlit reads as Markdown: the first argument of these, and labels and help of all.
SINKS = {
    "markdown", "caption", "write", "info", "warning", "error", "success", "toast", "subheader", "header", "title",
    "metric", "badge", "button", "checkbox", "toggle", "radio", "expander", "popover", "segmented_control", "pills",
    "tabs", "dialog", "number_input", "text_input", "text_area", "slider", "select_slider", "selectbox",
    "multiselect", "download_button", "page_link", "status", "spinner", "progress", "file_uploader",
    "form_submit_button",
}  # fmt: skip
OPTIONS = ("pills", "segmented_control", "radio")  # whose options are Markdown, too
GATE = {"plain", "prose", "coded", "escape"}
# By these names go texts that users, files, models and other programs bring.
FOREIGN = {
    "name", "names", "title", "titles", "what", "where", "mend", "error", "fault", "note", "notes", "description",
    "message", "path", "folder", "reason", "remark", "shown_name", "dataset_name", "excerpt", "reply",
    "instruction", "selection", "evaluation", "profile", "definition", "column_title", "marked_title",
    "shown_title",
}  # fmt: skip
HARMLESS = {
    "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "code_inline", "strong_open",
    "strong_close", "text_special",
}  # fmt: skip
NUMBERS = ",.%defgn"  # in a format that only numbers have
# Called as a foreign text may be, but words of ours, by file.
OURS = {
    "components/own_code.py": {"own.folder"},
    "components/rows/marking.py": {"name"},
    "components/tuning/launch.py": {"what"},
    "components/tuning/size_start.py": {"what"},
    "experiments/begin.py": {"preset.title", "preset.description"},
    "experiments/data.py": {"PRESETS[name].title", "PRESETS[plan.preset].description"},
    "experiments/progress.py": {"title"},
    "experiments/wizard.py": {"numbers.__getitem__"},
    "frame/guided_path.py": {"title"},
    "report/sections.py": {"section.title"},
    "rule/fit.py": {"fit.title", "title", "what", "reason"},
    "rule/univariate.py": {"name"},
    "select/result.py": {"what"},
}


def markdown_parts(call: ast.Call) -> Iterator[ast.expr]:
    """What of a call Streamlit reads as Markdown."""
    assert isinstance(call.func, ast.Attribute)
    yield from call.args[:1]
    for word in call.keywords:
        if word.arg in ("label", "body", "help", "text", "caption", "captions") or (
            word.arg == "format_func" and call.func.attr in OPTIONS
        ):
            yield word.value


def foreign_in(node: ast.AST) -> Iterator[str]:
    """Foreign texts in an expression that don't pass the gate."""
    called = node.func if isinstance(node, ast.Call) else None
    if called is not None and getattr(called, "attr", getattr(called, "id", "")) in GATE:
        return
    shape = ast.unparse(node.format_spec) if isinstance(node, ast.FormattedValue) and node.format_spec else ""
    if any(mark in shape for mark in NUMBERS):
        return
    if getattr(node, "attr", getattr(node, "id", "")) in FOREIGN or (
        isinstance(node, ast.Attribute) and node.attr == "__getitem__" and not ast.unparse(node.value).isupper()
    ):
        yield ast.unparse(node)
    else:
        for child in ast.iter_child_nodes(node):
            yield from foreign_in(child)


def past_the_gate(source: str) -> list[str]:
    return [
        each
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SINKS
        for part in markdown_parts(call)
        for each in foreign_in(part)
    ]


def test_no_page_shows_a_foreign_text_past_the_gate() -> None:
    pages = PROJECT / "pages"
    found = {file.relative_to(pages).as_posix(): past_the_gate(file.read_text("utf-8")) for file in pages.rglob("*.py")}
    assert len(found) > 100
    assert {file: past for file, each in found.items() if (past := {*each} - OURS.get(file, set()))} == {}


@pytest.mark.parametrize(
    "line",
    [
        'st.markdown(f"**{saved.name}**")',
        "st.caption(note)",
        'left.button(f"Delete {dataset.name}")',
        "st.error(str(error))",
        'st.pills("Datasets", list(names), format_func=names.__getitem__)',
        'st.button("x", help=rule.description)',
    ],
)
def test_the_check_sees_what_it_looks_for(line: str) -> None:
    assert past_the_gate(line)


@pytest.mark.parametrize("line", ['st.markdown(f"**{plain(saved.name)}** {rows:,}")', "st.error(prose(error))"])
def test_the_check_lets_through_what_passes_the_gate(line: str) -> None:
    assert not past_the_gate(line)


@given(st.one_of(st.sampled_from(HOSTILE), st.text(st.sampled_from("![]()<>*_`~#-+=|:$&;\\/ \n1.axhtp"), max_size=30)))
def test_nothing_but_text_comes_of_any_text(text: str) -> None:
    """By CommonMark with tables and strikethrough, for which markdown-it passes its tests."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for gated in (plain(text), f"Row **a** {plain(text)} is", prose(text)):
        tokens = reader.parse(gated)
        kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
        assert kinds <= HARMLESS, gated


def test_a_sentence_of_ours_keeps_its_code_and_paragraphs() -> None:
    assert (
        prose("Log in with `hf auth login`.\n\nThen *load* it.")
        == "Log in with `hf auth login`.\n\nThen \\*load\\* it."
    )


def test_a_name_in_a_figure_is_no_markup_and_no_value() -> None:
    assert plotted('<a href="x">%{x} & y</a>') == '&lt;a href="x"&gt;%&#123;x} &amp; y&lt;/a&gt;'
