"""Counts and cubes for linked plots equal what pandas makes of the same numbers, whatever these are."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.rows.filters import Filters, Range
from core.rows.marks import Mark
from core.store import Store
from core.store.examine import table_names, unreadable_tables
from core.store.plot_counts import BY_MARK, MOST_PAIRS, PlotCounts
from core.store.plot_scale import MOST_STEPS, PlotScale, fitting_shift, scale_over

COLUMNS = ("reward", "perplexity", "mtld")
GROUPS = ((1,), (2, 3))
FLOATS = st.floats(-1e100, 1e100).map(lambda value: value if abs(value) > 1e-100 else 0.0)
NUMBERS = st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 1024.0]), FLOATS)
FEW = st.one_of(st.none(), st.integers(-3, 30).map(float))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("plots") / "studio.duckdb") as opened:
        yield opened


def put(store: Store, frame: pd.DataFrame) -> PlotCounts:
    """Make these rows the matrix, as scores that have come in do."""
    with store.connection.write() as cursor:
        cursor.register("frame", frame)
        columns = ", ".join(f"CASE WHEN isfinite({c}) THEN {c} END AS {c}" for c in COLUMNS)
        cursor.execute(f"CREATE OR REPLACE TABLE matrix AS SELECT dataset_id, position, row_id, {columns} FROM frame")
    store.matrix.revision += 1
    return store.plots


def frame_of(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["dataset_id", *COLUMNS]).astype(dict.fromkeys(COLUMNS, float))
    return frame.assign(position=range(len(frame)), row_id=range(len(frame)))


def codes(scale: PlotScale, values: pd.Series, shift: int) -> np.ndarray:
    """The bar of each value by looking it up among the edges, which on a log axis are those of its logarithm."""
    edges, places = np.array(scale.edges(shift)), values
    if scale.log:
        edges, places = np.log2(edges).round(12), np.log2(values.where(values > 0)).round(12)
    found = np.clip(np.searchsorted(edges, places, side="right") - 1, 0, scale.bars(shift) - 1)
    below = np.where(scale.log & (values <= 0), scale.bars(shift), found)
    return np.where(values.isna(), scale.bars(shift) + 1, below)


def passes(frame: pd.DataFrame, filters: Filters, but: tuple[str, ...] = ()) -> pd.Series:
    held = pd.Series(True, frame.index)
    for each in filters.ranges:
        if each.column in but and not each.outside:
            continue
        values, inside = frame[each.column], pd.Series(True, frame.index)
        if each.missing:
            inside &= values.isna()
        if each.low is not None:
            inside &= values >= each.low
        if each.high is not None:
            inside &= values <= each.high
        held &= ~inside if each.outside else inside
    return held


def tallied(frame: pd.DataFrame, held: pd.Series, *axes: tuple[np.ndarray, int]) -> np.ndarray:
    """Rows by group and codes."""
    counted = np.zeros((len(GROUPS), *(size for _, size in axes)), int)
    for i, group in enumerate(GROUPS):
        chosen = (held & frame["dataset_id"].isin(group)).to_numpy()
        np.add.at(counted[i], tuple(code[chosen] for code, _ in axes) or ..., 1)
    return counted


@st.composite
def looks(draw: st.DrawFn) -> tuple[pd.DataFrame, Filters, dict[str, bool], int]:
    """Rows, ranges on some of the columns, log axes, and how many bars at most."""
    numbers = draw(st.sampled_from([NUMBERS, FEW, st.just(2.5), st.sampled_from([math.nan, math.inf, 3.0])]))
    rows = draw(st.lists(st.tuples(st.integers(1, 3), numbers, numbers, numbers), min_size=1, max_size=25))
    filters = Filters()
    bound = st.one_of(st.none(), numbers)
    for column in draw(st.lists(st.sampled_from(COLUMNS), unique=True)):
        if draw(st.booleans()):
            filters = filters.with_missing(column)
        else:
            ends = [None if v is None or not math.isfinite(v) else v for v in (draw(bound), draw(bound))]
            filters = filters.with_range(column, *ends)
        if draw(st.booleans()) and filters.range_of(column) != Range(column):
            filters = filters.dropping(filters.ranges[-1])
            filters = filters.with_range(column, draw(st.integers(-3, 3).map(float)), None)
    logs = {column: draw(st.booleans()) for column in COLUMNS}
    return frame_of(rows).replace([math.inf, -math.inf], math.nan), filters, logs, draw(st.sampled_from([7, 50]))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(looks())
def test_bars_and_pairs_hold_every_row_once(store: Store, look: tuple) -> None:
    frame, filters, logs, most = look
    plots = put(store, frame)
    scales = plots.scales(logs)
    assert list(scales) == [column for column in COLUMNS if frame[column].notna().any()]
    shifts = {column: scale.bar_shift(most) for column, scale in scales.items()}
    found = plots.counts(scales, filters, GROUPS, most)
    assert found.rows == passes(frame, filters).sum() == store.browse.count(filters)
    of = {c: (codes(s, frame[c], shifts[c]), s.codes(shifts[c])) for c, s in scales.items()}
    for column in scales:
        wanted = tallied(frame, passes(frame, filters, (column,)), of[column])
        np.testing.assert_array_equal(found.bars[column], wanted)
    for column, scale in scales.items():
        cube = plots.cube(column, scales, filters, GROUPS, most)
        fine = (codes(scale, frame[column], cube.shift), scale.codes(cube.shift))
        np.testing.assert_array_equal(cube.own, tallied(frame, passes(frame, filters, (column,)), fine))
        for other, pairs in cube.pairs.items():
            wanted = tallied(frame, passes(frame, filters, (column, other)), fine, of[other])
            np.testing.assert_array_equal(pairs, wanted)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NUMBERS, min_size=1, max_size=20), st.data())
def test_what_a_cube_says_of_a_range_is_what_the_filter_then_counts(
    store: Store, values: list[float | None], data: st.DataObject
) -> None:
    """The browser counts steps from one edge to below another one; the filter takes what it reports."""
    frame = frame_of([(1, value, 1.0, None) for value in values])
    plots = put(store, frame)
    scales = plots.scales(dict.fromkeys(COLUMNS, False))
    if "reward" not in scales:
        return
    cube = plots.cube("reward", scales, Filters(), GROUPS)
    edges = scales["reward"].edges(cube.shift)
    start = data.draw(st.integers(0, len(edges) - 2))
    end = data.draw(st.integers(start + 1, len(edges) - 1))
    reported = Filters().with_range("reward", edges[start], math.nextafter(edges[end], -math.inf))
    assert cube.own[:, start:end].sum() == store.browse.count(reported)


def test_missing_values_are_a_filter_of_their_own(store: Store) -> None:
    put(store, frame_of([(1, math.nan, 1.0, 1.0), (1, 2.0, 1.0, 1.0), (2, None, 3.0, 1.0)]))
    missing = Filters().with_range("reward", 1.0, None).with_missing("reward")
    assert missing.ranges == (Range("reward", missing=True),)
    assert store.browse.count(missing) == 2
    assert store.browse.count(missing.with_range("perplexity", 2.0, None)) == 1


def test_other_filters_than_ranges_narrow_all_counts(store: Store) -> None:
    plots = put(store, frame_of([(d, float(d), 1.0, 1.0) for d in (1, 1, 2)]))
    scales = plots.scales(dict.fromkeys(COLUMNS, False))
    only = Filters((2,))
    assert plots.counts(scales, only, GROUPS).rows == 1
    assert plots.cube("reward", scales, only, GROUPS).own.sum() == 1
    assert plots.counts(scales, Filters(), ((1,),)).bars["reward"].sum() == 2, "rows of no group are left out"


def test_codes_stay_beside_their_rows_in_a_table_of_many_row_groups(store: Store) -> None:
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({column: generator.normal(size=300_000) for column in COLUMNS})
    frame = frame.assign(dataset_id=1 + frame.index % 3, position=frame.index, row_id=frame.index)
    plots = put(store, frame)
    scales = plots.scales(dict.fromkeys(COLUMNS, False))
    filters = Filters((1, 3)).with_range("mtld", 0.3, 1.0)
    shift = scales["reward"].bar_shift(50)
    held = passes(frame, filters) & frame["dataset_id"].isin(filters.dataset_ids)
    wanted = tallied(frame, held, (codes(scales["reward"], frame["reward"], shift), scales["reward"].codes(shift)))
    np.testing.assert_array_equal(plots.counts(scales, filters, GROUPS).bars["reward"], wanted)


def test_new_scores_make_new_steps(store: Store) -> None:
    plots = put(store, frame_of([(1, 1.0, 1.0, 1.0), (1, 5.0, 1.0, 1.0)]))
    before = plots.scales({"reward": False})
    assert plots.counts(before, Filters(), GROUPS).bars["reward"].sum() == 2
    plots = put(store, frame_of([(1, 1.0, 1.0, 1.0), (1, 5.0, 1.0, 1.0), (1, 9.0, 1.0, 1.0)]))
    after = plots.scales({"reward": False})
    assert after["reward"].steps == 9 and before["reward"].steps == 5
    assert plots.counts(after, Filters(), GROUPS).bars["reward"].sum() == 3


@given(FLOATS, FLOATS)
def test_a_scale_holds_its_ends_in_a_handful_of_steps(one: float, other: float) -> None:
    low, high = sorted((one, other))
    scale = scale_over("reward", low, high)
    edges = scale.edges()
    assert edges[0] <= low and high < edges[-1] and 1 <= scale.steps <= MOST_STEPS
    assert scale.bars(scale.bar_shift(50)) <= 50
    assert low == high or scale.steps >= 50 or high - low < 1e-14 * max(abs(low), abs(high))


def test_whole_numbers_are_never_cut() -> None:
    scale = scale_over("output_words", 3.0, 12.0, whole=True)
    assert scale.edges() == [float(n) for n in range(3, 14)]
    assert not math.isclose(scale_over("output_words", 3.0, 12.0).edges()[1], 4.0)


def test_a_log_axis_has_equal_ratios() -> None:
    edges = np.array(scale_over("perplexity", 1.0, 1000.0, log=True).edges())
    np.testing.assert_allclose(edges[1:] / edges[:-1], edges[1] / edges[0], rtol=1e-12)


def test_a_cube_stays_small_however_many_datasets_there_are() -> None:
    scale = replace(scale_over("reward", 0.0, 1.0), steps=200)
    for groups in (1, 3, 9):
        beside = groups * 11 * 52
        shift = fitting_shift(scale, beside, 2, MOST_PAIRS)
        assert scale.codes(shift) * beside <= MOST_PAIRS
    assert fitting_shift(scale, 3 * 11 * 52, 2, MOST_PAIRS) == 0


def test_what_plots_keep_in_memory_is_no_table_of_the_file(store: Store) -> None:
    plots = put(store, frame_of([(1, 0.5, 2.0, 3.0)] * 4))
    plots.counts(plots.scales(dict.fromkeys(COLUMNS, False)), Filters(), GROUPS)
    with store.connection.read() as cursor:
        kept = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'codes%'").fetchall()
        assert kept[0][0], "there are some"
        assert not unreadable_tables(cursor) and "matrix" in table_names(cursor)
        assert not [name for name in table_names(cursor) if name.startswith("codes")]


def test_rows_are_counted_by_their_mark(store: Store) -> None:
    frame = frame_of([(1 + i % 3, float(i), 2.0, None) for i in range(12)])
    counts = put(store, frame)
    kept, dropped = [0, 1, 2], [3, 4]
    store.marks.mark(kept, Mark.KEEP)
    store.marks.mark(dropped, Mark.DROP, "why")
    store.marks.note(5, "no mark")
    scales = counts.scales(dict.fromkeys(COLUMNS, False))
    found = counts.counts(scales, Filters().with_range("reward", 1.0, None), BY_MARK)
    assert [int(line.sum()) for line in found.bars["perplexity"]] == [2, 2, 7]
    cube = counts.cube("reward", scales, Filters((1, 2)), BY_MARK)
    assert [int(line.sum()) for line in cube.own] == [2, 2, 4]
    store.marks.mark([*kept, *dropped], Mark.NONE, "")
