"""Which parts of a page are drawn anew, and which clicks open a row: what follows one another at once in a browser."""

from collections.abc import Iterator

import pytest
import streamlit as st

from pages.components import redrawn
from pages.components.rows import read_table
from pages.components.rows.read_table import ReadTable


class Redrawn(Exception):
    pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that `monotonic` tells, and a session of Streamlit's in which nothing stands."""
    now = [100.0]

    def rerun(*, scope: list[str]) -> None:
        raise Redrawn(scope)

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "fragment", lambda draw, key: draw)
    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(redrawn, "monotonic", lambda: now[0])
    monkeypatch.setattr(read_table, "monotonic", lambda: now[0])
    yield now


def scope_of(redraw: object) -> list[str]:
    assert callable(redraw)
    with pytest.raises(Redrawn) as raised:
        redraw()
    (scope,) = raised.value.args
    return list(scope)


def test_a_part_that_was_drawn_just_now_is_drawn_again_with_the_next(clock: list[float]) -> None:
    redrawn.begin_page(lambda: None)
    redrawn.draw_apart({"controls": lambda: None, "plots": lambda: None, redrawn.ROWS: lambda: None})
    redrawn.draw_reader(lambda: None)
    whole = [redrawn.READER, "controls", "plots", redrawn.ROWS]
    assert scope_of(redrawn.redraw_parts) == whole
    assert sorted(scope_of(redrawn.redraw_reader)) == sorted(whole)
    clock[0] += redrawn.JUST_SECONDS
    assert scope_of(redrawn.redraw_reader) == [redrawn.READER, redrawn.ROWS]


def told(table: ReadTable, rows: list[int], cells: list[tuple[int, str]]) -> int | None:
    st.session_state[table.key] = {"selection": {"rows": rows, "columns": [], "cells": cells}}
    return table.clicked()


def test_a_browser_that_tells_again_of_a_click_opens_no_row_twice(clock: list[float]) -> None:
    table = ReadTable("rows", first=50, lines=10)
    assert told(table, [], [(1, "instruction")]) == 51
    table.show(52)  # the next one is read by now
    table.choose_wanted()
    assert told(table, [2], [(1, "instruction")]) is None
    clock[0] += read_table.ECHO_SECONDS
    table.show(None)
    table.choose_wanted()
    assert told(table, [], [(1, "instruction")]) is None
    assert told(table, [], [(2, "instruction")]) == 52
    clock[0] += read_table.ECHO_SECONDS
    assert told(table, [], [(1, "instruction")]) == 51


def test_a_mark_is_seen_on_the_parts_that_show_marks(clock: list[float]) -> None:
    redrawn.begin_page(lambda: None)
    redrawn.draw_apart({"map": lambda: redrawn.shows_marks("map", True), redrawn.ROWS: lambda: None})
    redrawn.draw_reader(lambda: None)
    clock[0] += redrawn.JUST_SECONDS
    assert scope_of(redrawn.redraw_marks) == [redrawn.READER, "map", redrawn.ROWS]
    assert scope_of(redrawn.redraw_reader) == [redrawn.READER, redrawn.ROWS]
    redrawn.shows_marks("map", False)
    assert scope_of(redrawn.redraw_marks) == [redrawn.READER, redrawn.ROWS]
