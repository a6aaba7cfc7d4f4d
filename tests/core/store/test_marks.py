"""Marks by hand: what a plain list of their states says after any changes, undone and done again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.rows.filters import Filters, Marked
from core.rows.marks import Mark, MarkChange, RowMark, tags_of
from core.rows.row import Row
from core.store import Store
from core.values import read
from tests.scored_store import add_dataset

ROWS = [Row(f"Question {i}?", "", f"Answer {i}.") for i in range(6)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("marks") / "studio.duckdb") as opened:
        add_dataset(opened, "one", ROWS)
        add_dataset(opened, "two", ROWS[:2])  # two pairs stand in both
        opened.matrix.refresh({each.dataset_id: [] for each in opened.datasets.all()})
        yield opened


def state(store: Store) -> dict[int, RowMark]:
    return store.marks.of(range(1, len(ROWS) + 1))


def clear(store: Store) -> None:
    """No marks, and nothing to redo: a change that changes nothing would leave what an earlier example has undone."""
    while store.marks.redo():
        pass
    store.marks.mark(range(1, len(ROWS) + 1), Mark.NONE, untag=TAGS)
    for row in range(1, len(ROWS) + 1):
        store.marks.note(row, "")


TAGS = ("weak", "math", "Größe")
CHANGES = st.one_of(
    st.tuples(st.integers(1, len(ROWS)), st.sampled_from(TAGS), st.booleans()),
    st.tuples(st.sets(st.integers(1, len(ROWS)), min_size=1, max_size=3), st.sampled_from(list(Mark))),
    st.tuples(st.integers(1, len(ROWS)), st.sampled_from(["", "too short", "Größe"])),
    st.sampled_from(["undo", "redo"]),
)


@settings(max_examples=25)
@given(st.lists(CHANGES, max_size=8))
def test_undo_and_redo_go_through_the_states_that_there_were(store: Store, changes: list) -> None:
    clear(store)
    states: list[dict[int, RowMark]] = [{}]
    place = 0
    for change in changes:
        if change == "undo":
            done = place > 0 and store.marks.undo()
            place -= bool(done)
        elif change == "redo":
            place += bool(store.marks.redo())
        else:
            now = dict(states[place])
            rows, what, gone = (*change, None)[:3]
            if gone is not None:
                before = now.get(rows, RowMark())
                tags = tuple(each for each in before.tags if each != what) if gone else (*before.tags, what)
                now[rows] = replace(before, tags=tuple(dict.fromkeys(tags)))
            for row in [] if gone is not None else [rows] if isinstance(rows, int) else rows:
                before = now.get(row, RowMark())
                now[row] = replace(before, note=what) if isinstance(rows, int) else replace(before, mark=what)
            now = {row: mark for row, mark in now.items() if mark != RowMark()}
            if gone is not None:
                changed = store.marks.mark([rows], tags=[] if gone else [what], untag=[what] if gone else [])
            else:
                by_hand = store.marks.note if isinstance(rows, int) else store.marks.mark
                changed = by_hand(rows if isinstance(rows, int) else sorted(rows), what)
            assert bool(changed) == (now != states[place])
            if changed:
                states[place + 1 :] = [now]
                place += 1
        assert state(store) == states[place]


def test_a_change_is_one_step_and_outlives_a_restart(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as first:
        add_dataset(first, "one", ROWS)
        assert first.marks.mark([1, 2, 3], Mark.DROP) == 3
        assert first.marks.mark([3, 4], Mark.DROP) == 1
    with Store.open(tmp_path / "studio.duckdb") as again:
        assert again.marks.history().undo == MarkChange("drop", 1)
        assert again.marks.undo() == MarkChange("drop", 1)
        assert set(state(again)) == {1, 2, 3}
        assert again.marks.history().redo == MarkChange("drop", 1)
        again.marks.note(6, "a new change")
        assert again.marks.redo() is None, "a new change leaves nothing to do again"


def test_a_mark_with_its_note_is_one_step_of_the_history(store: Store) -> None:
    clear(store)
    store.marks.note(1, "first")
    assert store.marks.mark([1, 2], Mark.DROP, "second") == 2
    assert state(store) == {1: RowMark(Mark.DROP, "second"), 2: RowMark(Mark.DROP, "second")}
    assert store.marks.mark_filtered(Filters((2,)), None, "third") == 2
    assert state(store) == {1: RowMark(Mark.DROP, "third"), 2: RowMark(Mark.DROP, "third")}
    assert (store.marks.undo(), store.marks.undo()) == (MarkChange("note", 2), MarkChange("drop", 2))
    assert state(store) == {1: RowMark(note="first")}


def test_a_pair_of_two_datasets_is_one_pair_and_only_their_rows_are_there(store: Store) -> None:
    assert (store.browse.count(Filters()), store.browse.count(Filters(), pairs=True)) == (8, 6)
    assert store.rows.there([1, 6, 7, 0, -1, 2**63, 10**60]) == {1, 6}


def test_rows_are_found_counted_and_marked_by_filters(store: Store) -> None:
    clear(store)
    store.marks.mark([1, 4], Mark.KEEP)
    store.marks.mark([2], Mark.DROP)
    store.marks.note(5, "look again")
    counts = {each: store.browse.count(Filters().with_marked(each)) for each in Marked}
    assert counts == {Marked.ANY: 8, Marked.KEPT: 3, Marked.DROPPED: 2, Marked.UNMARKED: 3, Marked.NOTED: 1}
    assert store.marks.counts(Filters((1,))) == {Marked.KEPT: 2, Marked.DROPPED: 1, Marked.NOTED: 1}
    assert store.marks.mark_filtered(Filters(text="question 4"), Mark.KEEP) == 1
    assert store.browse.table(Filters((1,)))["mark"].tolist() == ["keep", "drop", "", "keep", "keep", ""]
    assert [(each.key, each.mark) for each in store.marks.by_hand(Filters((2,)))] == sorted(
        [(ROWS[0].key, Mark.KEEP), (ROWS[1].key, Mark.DROP)]
    )


@pytest.mark.parametrize("marked", list(Marked))
def test_settled_filters_keep_their_rows_when_marks_change(store: Store, marked: Marked) -> None:
    clear(store)
    store.marks.mark([1, 4], Mark.KEEP)
    store.marks.note(4, "good")
    store.marks.mark([2], Mark.DROP)
    before = store.browse.candidates(Filters().with_marked(marked))["row_id"].tolist()
    settled = store.marks.settled(Filters().with_marked(marked))
    clear(store)
    assert store.browse.candidates(settled)["row_id"].tolist() == before
    assert read(Filters, settled.as_dict()) == settled


def test_rows_are_found_and_counted_by_their_tags_and_tagged_by_filters(store: Store) -> None:
    clear(store)
    assert store.marks.mark([1, 3], tags=["weak", "math"]) == 2
    assert store.marks.mark_filtered(Filters((2,)), tags=["weak"]) == 1, "one of the two has the tag already"
    assert store.marks.tags() == {"weak": 3, "math": 2}
    assert store.marks.tags(Filters((2,))) == {"weak": 2, "math": 1}
    found = [store.browse.count(Filters((1,)).with_tags(each)) for each in (["weak"], ["math", "weak"], ["x"])]
    assert found == [3, 2, 0]
    lacking = [Filters((1,), tags_outside=each) for each in (("weak",), ("math", "weak"), ("x",))]
    assert [store.browse.count(each) for each in lacking] == [3, 3, 6]
    assert store.browse.count(Filters((1,), tags=("weak",), tags_outside=("math",))) == 1
    assert store.browse.table(Filters((2,)))["tags"].tolist() == [["weak", "math"], ["weak"]]
    assert [each.tags for each in store.marks.stored([3, 4])] == [("weak", "math")]


@pytest.mark.parametrize(
    ("filters", "rows", "unmarked"),
    [
        (Filters(text="question", tags=("math",)), [1, 1, 4], 0),
        (Filters(tags_outside=("math", "weak")), [3, 5, 6], 8),
        (Filters(tags=("math",), tags_outside=("weak",)), [4], 0),
    ],
)
def test_a_selection_settles_its_tags_as_rows_by_name(
    store: Store, filters: Filters, rows: list[int], unmarked: int
) -> None:
    clear(store)
    store.marks.mark([1, 4], tags=["math"])
    store.marks.mark([1, 2], tags=["weak"])
    before = store.browse.candidates(filters)["row_id"].tolist()
    settled = store.marks.settled(filters)
    clear(store)
    assert store.browse.candidates(settled)["row_id"].tolist() == before
    assert sorted(before) == rows
    assert store.browse.count(filters) == unmarked and not settled.by_hand


@given(st.lists(st.text(max_size=50), max_size=4))
def test_a_tag_is_a_short_text_on_one_line_without_commas(texts: list[str]) -> None:
    try:
        found = tags_of(texts)
    except InputError:
        return
    assert len(set(found)) == len(found) and tags_of([", ".join(found)] if found else []) == found
    assert all(0 < len(each) <= 40 and each == " ".join(each.split()) for each in found)


@pytest.mark.parametrize("text", ["", " ", "a,,b", "x" * 41])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="A tag has 1 to 40 characters"):
        tags_of([text])
