"""What a layout can hold comes back from its file as it was; what it can't hold is counted."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.export import ExportOptions, ExportRow, Layout, write_export
from core.formats.extra_columns import as_extra
from core.rows.row import Message, Row, clean_text, row_from_messages
from tests.core.export.test_export import load_again

words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=12).map(
    lambda text: clean_text(f"q {text}")
)
TOOL = {"function": {"name": "clock", "parameters": {"type": "object"}}, "type": "function"}  # names in order
arguments = st.dictionaries(st.sampled_from(["zone", "city"]), words, min_size=1, max_size=2)
texts = st.builds(json.dumps, arguments)


@st.composite
def calls(draw: st.DrawFn) -> list:
    given = draw(st.one_of(arguments, texts))
    call = {"type": "function", "function": {"name": "clock", "arguments": given}}
    call |= {"id": "c1"} if draw(st.booleans()) else {}
    return [json.loads(json.dumps(call, sort_keys=True))]


@st.composite
def answers(draw: st.DrawFn) -> Message:
    keys = draw(st.sampled_from([{}, {}, {"weight": 1}, {"train": True}, {"reasoning_content": "think"}]))
    return Message("assistant", draw(words), keys)


@st.composite
def conversations(draw: st.DrawFn) -> Row:
    turns = [Message("system", draw(words))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 2))):
        turns += [Message("user", draw(words)), draw(answers())]
    turns.append(Message("user", draw(words)))
    called = draw(st.booleans())
    if called:
        turns.append(Message("assistant", draw(st.one_of(st.just(""), words)), {"tool_calls": draw(calls())}))
        turns.append(Message("tool", draw(words), draw(st.sampled_from([{}, {"name": "clock"}]))))
    turns.append(draw(answers()))
    rejected = [draw(answers())] if draw(st.booleans()) else None
    if rejected and draw(st.booleans()):
        rejected += [Message("user", draw(words)), draw(answers())]
    turns += [Message("user", draw(words))] if draw(st.sampled_from([False, False, True])) else []
    tools = [TOOL] if called and draw(st.booleans()) else None
    return row_from_messages(turns, tools=tools, rejected=rejected, label=draw(st.sampled_from([None, True, False])))


PREFERENCE = row_from_messages(
    [Message("user", "Hi"), Message("assistant", "Hello")], rejected=[Message("assistant", "Go")]
)
pairs = st.builds(Row, words, st.one_of(st.just(""), words), words)


@pytest.mark.parametrize("layout", list(Layout))
@settings(max_examples=150)
@given(rows=st.lists(st.one_of(pairs, conversations()), min_size=1, max_size=4))
@example(rows=[PREFERENCE])
@example(rows=[PREFERENCE, Row("a", "", "b")])
def test_a_row_comes_back_as_it_was_or_its_loss_is_counted(
    layout: Layout, rows: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / f"rows{layout.suffix}"
    written = write_export(path, ExportOptions(layout), [ExportRow(row) for row in rows], len(rows))
    if not (written.flattened or written.counts.lost or written.as_text):
        found = load_again(path)
        assert [row.key for row in found] == [row.key for row in rows]
        assert [(row.turns, row.tools, row.rejected, row.label) for row in found] == [
            (row.turns, row.tools, row.rejected, row.label) for row in rows
        ]


@pytest.mark.parametrize("layout", [Layout.MESSAGES, Layout.CSV, Layout.PARQUET])
@settings(max_examples=60)
@given(rows=st.lists(st.one_of(pairs, conversations()), min_size=1, max_size=4))
def test_some_layouts_lose_nothing(layout: Layout, rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("whole") / f"rows{layout.suffix}"
    written = write_export(path, ExportOptions(layout), [ExportRow(row) for row in rows], len(rows))
    assert not written.flattened and not written.counts.lost


numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.one_of(st.booleans(), numbers, words),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(words, inner, max_size=2)),
    max_leaves=4,
)
names = st.one_of(words, st.sampled_from(["other", "input", "messages", "score_mtld"]))


@pytest.mark.parametrize("layout", list(Layout))
@settings(max_examples=60)
@given(row=st.one_of(pairs, conversations()), columns=st.dictionaries(names, values, max_size=3))
@example(row=Row("a", "", "b"), columns={"other": {"n": 2**70}})
@example(row=Row("a", "", "b"), columns={"other": '{"n":1}'})
def test_the_other_columns_of_a_source_come_back(
    layout: Layout, row: Row, columns: dict, tmp_path_factory: pytest.TempPathFactory
) -> None:
    extra = as_extra(columns)
    if columns.get("other") == '{"n":1}':
        assert extra == '{"n":1}', "what an export packed is unpacked once"
    path = tmp_path_factory.mktemp("extra") / f"rows{layout.suffix}"
    write_export(path, ExportOptions(layout, extra=True), [ExportRow(replace(row, extra=extra))], 1)
    (found,) = load_again(path)
    assert found.extra == extra


@pytest.mark.parametrize("text", ["{}", "{broken", '{"a": 1}', '{"topic": 1}', "words"])
def test_a_column_called_other_that_no_export_wrote_stays_as_it_is(text: str) -> None:
    assert json.loads(as_extra({"other": text, "topic": "t"}) or "") == {"other": text, "topic": "t"}
