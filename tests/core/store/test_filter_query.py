"""Rows found by words, by likeness and on the map are those that Python, NumPy and matplotlib find."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.indicators.base import ScorerKey
from core.rows.filters import Filters, MapArea, MapCluster
from core.rows.row import Row
from core.store import Store
from core.values import read
from tests.scored_store import add_dataset, take_embeddings, take_scores

MODEL = "encoder"
LENGTH = ScorerKey.of("input_length", "none", {})
ROWS = [
    Row("Name 100% of the_planets", "", "Mercury, Venus … and Neptune."),
    Row("name some planets", "only INNER ones", "Mercury and Venus"),
    Row("Wie groß ist die Straße?", "", "SEHR GROß"),
    Row("Say nothing", "", "…"),
    *(Row(f"Filler number {i}", "", f"Answer {i}, from % to _") for i in range(60)),
]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    drawn = np.random.default_rng(1).normal(size=(len(ROWS), 384))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(len(ROWS), 2)).astype(np.float32)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray, points: np.ndarray) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("found")
    with Store.open(folder / "studio.duckdb") as opened:
        add_dataset(opened, "one", ROWS)
        take_embeddings(opened, folder, "job", ROWS, MODEL, vectors)
        opened.parts.take("a map", [write_map(folder, [row.key for row in ROWS], points)])
        opened.matrix.refresh({1: []})
        yield opened


def write_map(
    folder: Path,
    keys: list[str],
    points: np.ndarray,
    datasets: list[int] | None = None,
    clusters: list[str | None] | None = None,
) -> Path:
    """A map as a worker writes it, or without the names of clusters as a worker of an earlier version did."""
    n = len(keys)
    table = pa.table(
        {
            "key": keys,
            "x": points[:, 0],
            "y": points[:, 1],
            "model": [MODEL] * n,
            "datasets": pa.array([datasets or [1]] * n, pa.list_(pa.int32())),
            "method": ["UMAP"] * n,
            "fitted": [n] * n,
        }
    )
    if clusters is not None:
        numbered = {name: number for number, name in enumerate(sorted({*clusters} - {None}, key=str), 1)}
        table = (
            table.append_column("cluster", pa.array([numbered.get(each) for each in clusters], pa.int32()))
            .append_column("cluster_name", pa.array(clusters, pa.string()))
            .append_column("clusters_sampled", pa.array([n] * n, pa.int64()))
        )
    part = folder / "map-00000.parquet"
    pq.write_table(table, part)
    return part


def found(store: Store, filters: Filters) -> list[int]:
    return sorted(store.browse.candidates(filters)["row_id"].tolist())


@settings(max_examples=60)
@given(st.sampled_from(["NAME", "planets", "%", "_", "100%", "the_planets", '"some planets"', "inner", "STRASSE", "…",
                        "straße", "'", "\\", "filler 7", "number", "e e", '"', "answer  1"]),
       st.sampled_from(["", "mercury", "venus", "q"]))  # fmt: skip
def test_every_word_is_sought_as_it_is_written_in_any_case(store: Store, first: str, second: str) -> None:
    text = f"{first} {second}"
    words = [first.strip('"')] if first.startswith('"') and len(first) > 1 else first.split()
    words += second.split()
    texts = ["\n".join((row.instruction, row.input, row.output)).lower() for row in ROWS]
    wanted = [i + 1 for i, each in enumerate(texts) if all(word.lower() in each for word in words)]
    assert found(store, Filters(text=text)) == wanted


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("sought", "wanted"),
    [
        ("Hà Nội", [1, 2, 3]), ('"hà NỘI"', [1, 2, 3]), ("việt", [1, 2, 3]), ("Viêt", []), ("Viet", [4]), ("ha", [4]),
        ("が", [5, 6]), ("か", []), ("한국", [5, 6]), ("h", [1, 2, 3, 4]), ("behind", [4]), ("đ behind", [4]),
    ],
)  # fmt: skip
def test_composed_words_find_decomposed_text_and_the_reverse(
    tmp_path: Path, form: Literal["NFC", "NFD"], sought: str, wanted: list[int]
) -> None:
    text = "Hà Nội, Việt Nam"
    partly = text.replace("ộ", "ô\u0323").replace("ệ", "ê\u0323")  # as Windows keyboards write it
    texts = [text, unicodedata.normalize("NFD", text), partly, "Ha Noi, Viet Nam \0 đ behind"]
    texts += [unicodedata.normalize(each, "한국が") for each in ("NFC", "NFD")]
    with Store.open(tmp_path / "studio.duckdb") as store:
        add_dataset(store, "one", [Row(each, "", f"Answer {i}") for i, each in enumerate(texts)])
        store.matrix.refresh({1: []})
        assert found(store, Filters(text=unicodedata.normalize(form, sought))) == wanted


def test_the_most_alike_are_the_greatest_dot_products(store: Store, vectors: np.ndarray) -> None:
    query = vectors[5] + 0.3 * vectors[9]
    query /= np.linalg.norm(query)
    cosines = vectors @ query
    alike = store.maps.most_alike("a row", query, Filters(), 10, MODEL)
    best = np.argsort(-cosines)[:10]
    assert list(alike.keys) == [ROWS[i].key for i in best]
    assert alike.similarities == pytest.approx(cosines[best], abs=1e-5)
    page = store.browse.table(Filters(likeness=alike), "similarity", descending=True)
    assert page["row_id"].tolist() == (best + 1).tolist()
    assert page["similarity"].tolist() == list(alike.similarities)
    fewer = store.maps.most_alike("a row", query, Filters(text="filler"), 100, MODEL)
    assert set(fewer.keys) == {row.key for row in ROWS[4:]}


def test_an_area_of_the_map_holds_the_points_that_lie_inside(store: Store, points: np.ndarray, tmp_path: Path) -> None:
    from matplotlib.path import Path as Polygon

    angles = np.linspace(0, 2 * np.pi, 21, endpoint=False)
    radius = np.where(np.arange(21) % 2, 1.6, 0.5)  # a star: not convex
    star = np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    inside = np.flatnonzero(Polygon(star).contains_points(points)) + 1
    assert 5 < len(inside) < len(ROWS) - 5
    area = Filters((1,), area=MapArea("a map", tuple(map(tuple, star.tolist()))))
    assert found(store, area) == inside.tolist()
    settled = store.marks.settled(area)
    assert settled.area is None and found(store, settled) == inside.tolist()
    assert read(Filters, area.as_dict()) == area and read(Filters, settled.as_dict()) == settled
    others = np.setdiff1d(np.arange(1, len(ROWS) + 1), inside).tolist()
    assert area.area is not None
    dropped = area.dropping(area.area)
    assert found(store, dropped) == others == found(store, store.marks.settled(dropped))
    assert read(Filters, dropped.as_dict()) == dropped and dropped.less(area.area) == Filters((1,))
    sampled = store.maps.sample("a map", area, [], 1_000)
    np.testing.assert_allclose(sampled[["x", "y"]], points[sampled["row_id"] - 1])
    assert sorted(sampled["row_id"]) == inside.tolist()
    window = (-0.5, 1.0, 0.0, 2.0)
    seen = points[((points >= [-0.5, 0.0]) & (points <= [1.0, 2.0])).all(axis=1)]
    part = store.maps.sample("a map", Filters((1,)), [], 1_000, within=window)
    assert sorted(part["x"].tolist()) == sorted(seen[:, 0].tolist())
    fields = store.maps.density("a map", Filters((1,)), 4, window)
    np.testing.assert_array_equal(fields, np.histogram2d(*seen.T, bins=4, range=[window[:2], window[2:]])[0].T)


def test_a_cluster_holds_its_rows_and_those_in_none_are_asked_for_as_well(tmp_path: Path) -> None:
    numbers = np.random.default_rng(4).integers(0, 4, len(ROWS))  # 0 is in none
    names = {1: "poem, verse", 2: "python", 3: "recipe"}
    points = np.random.default_rng(2).normal(size=(len(ROWS), 2)).astype(np.float32)
    with Store.open(tmp_path / "studio.duckdb") as store:
        add_dataset(store, "one", ROWS)
        lengths = [float(len(row.instruction)) for row in ROWS]
        take_scores(store, tmp_path, "scores", ROWS, [LENGTH], {LENGTH.indicator: lengths})
        part = write_map(tmp_path, [row.key for row in ROWS], points, clusters=[names.get(each) for each in numbers])
        store.parts.take("a map", [part])
        store.matrix.refresh({1: [LENGTH]})
        assert store.maps.cluster_names("a map") == names
        python, poems, none = (MapCluster("a map", n, names.get(n or 0, "none")) for n in (2, 1, None))
        for filters, wanted in (
            (Filters(clusters=(python,)), numbers == 2),
            (Filters(clusters=(python, none)), np.isin(numbers, (2, 0))),
            (Filters().dropping(python).dropping(none), ~np.isin(numbers, (2, 0))),
            (Filters(text="number").dropping(python).with_cluster(poems), (numbers == 1) & (np.arange(64) > 3)),
        ):
            rows = (np.flatnonzero(wanted) + 1).tolist()
            assert found(store, filters) == rows
            settled = store.marks.settled(filters)
            assert settled.clusters == () and found(store, settled) == rows
            assert read(Filters, filters.as_dict()) == filters
        density = store.maps.density("a map", Filters(text="number"), 4)
        table = store.maps.clusters("a map", Filters(text="number", clusters=(python,)), ["input_length"])
    ends = list(zip(points.min(axis=0), points.max(axis=0), strict=True))
    np.testing.assert_array_equal(density, np.histogram2d(*points[4:].T, bins=4, range=ends)[0].T)
    assert np.isclose(density.columns[0], ends[0][0] + np.ptp(ends[0]) / 8) and density.index.is_monotonic_increasing
    frame = pd.DataFrame({"cluster": numbers, "length": lengths, "kept": np.arange(64) > 3, "x": points[:, 0]})
    frame = frame.groupby("cluster").agg({"kept": ["size", "sum"], "length": "mean", "x": "median"})
    assert table["cluster"].fillna(0).tolist()[-1] == 0 and table["rows"][:3].is_monotonic_decreasing
    of_each = table.assign(cluster=table["cluster"].fillna(0)).set_index("cluster")[
        ["rows", "kept", "input_length", "x"]
    ]
    np.testing.assert_allclose(of_each.loc[frame.index].astype(float), frame.to_numpy(float), rtol=1e-6)


def test_a_map_of_an_earlier_version_has_no_clusters(store: Store) -> None:
    old = store.maps.best([1], MODEL)
    assert old is not None and old.clusters_sampled is None
    assert store.maps.clusters("a map", Filters(), [])["name"].tolist() == ["no cluster"]


def test_a_map_says_which_rows_came_after_it_and_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    rows, generator = ROWS[:8], np.random.default_rng(0)
    vectors, points = generator.normal(size=(8, 384)), generator.normal(size=(8, 2)).astype(np.float32)
    keys = [row.key for row in rows]
    with Store.open(tmp_path / "studio.duckdb") as store:
        add_dataset(store, "one", rows[:5])
        add_dataset(store, "two", rows[3:])
        take_embeddings(store, tmp_path, "job", rows, MODEL, vectors)
        assert store.maps.best([1], MODEL) is None
        assert store.maps.input([1, 2], MODEL)["key"].to_pylist() == sorted(keys)
        store.parts.take("first", [write_map(tmp_path, keys[:5], points[:5])])
        one, both = store.maps.best([1], MODEL), store.maps.best([1, 2], MODEL)
        assert one is not None and both is not None and (one.missing, both.missing) == (0, 3)
        store.parts.take("second", [write_map(tmp_path, keys, points, [1, 2])])
        both, one = store.maps.best([1, 2], MODEL), store.maps.best([1], MODEL)
        assert both is not None and (both.map_id, both.missing, both.rows) == ("second", 0, 8)
        assert one is not None and one.map_id == "first", "of two that place all rows the one made of these"
        store.parts.take("third", [write_map(tmp_path, keys[:5], points[:5])])
        assert not store.maps.has("first") and store.maps.has("second") and store.maps.has("third")
        assert store.maps.best([1], "another model") is None


def test_a_filter_stays_valid_when_the_matrix_is_made_anew(store: Store) -> None:
    words = Filters(text="mercury")
    assert found(store, words) == [1, 2]
    store.matrix.refresh({1: [ScorerKey.of("reward", "none", {})]})
    assert found(store, words) == [1, 2]
    for i in range(40):  # more than are kept in memory at once
        assert store.browse.count(replace(words, text=f"filler {i}")) >= 1
    assert found(store, words) == [1, 2]


def test_a_text_of_the_table_begins_shortly_before_the_word_that_is_looked_for(tmp_path: Path) -> None:
    rows = [Row(f"{'hay ' * 100}a Needle in it, {'hay ' * 100}", "", "The needle at once")]
    with Store.open(tmp_path / "studio.duckdb") as opened:
        add_dataset(opened, "one", rows)
        opened.matrix.refresh({1: []})
        (line,) = opened.browse.table(Filters(text="needle it"), text_characters=50).to_dict("records")
        assert line["instruction"].startswith("… ") and "a Needle in it" in line["instruction"]
        assert line["output"] == "The needle at once"
        (line,) = opened.browse.table(Filters(), text_characters=50).to_dict("records")
        assert line["instruction"] == rows[0].instruction[:50]
