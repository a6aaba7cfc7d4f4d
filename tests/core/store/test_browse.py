"""What the pages are shown equals what pandas, NumPy and matplotlib's geometry make of the same numbers."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.indicators.base import ScorerKey
from core.rows.filters import Filters, Lasso, Marked
from core.rows.marks import Mark
from core.rows.row import Row
from core.rules.rule import Rule, Term
from core.rules.transform import Transform
from core.store import Store
from core.store.score_matrix import _decoded
from core.values import read

NAMES = ("reward", "perplexity", "output_length")
KEYS = [ScorerKey.of(name, "model", {"v": 1}) for name in NAMES]


def write_scores(path: Path, frame: pd.DataFrame, keys: list[ScorerKey] = KEYS) -> Path:
    """A part as a worker writes it, from a frame with `key` and one column an indicator."""
    lines = [
        (row["key"], key.indicator, key.model, key.settings, row[key.indicator])
        for _, row in frame.iterrows()
        for key in keys
    ]
    columns = ["key", "indicator", "model", "settings", "value"]
    pq.write_table(pa.Table.from_pandas(pd.DataFrame(lines, columns=columns)), path)
    return path


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, pd.DataFrame]]:
    """A store of two datasets of 300 scored rows, and the same as a frame; some rewards are undefined."""
    folder = tmp_path_factory.mktemp("browse")
    generator = np.random.default_rng(7)
    with Store.open(folder / "studio.duckdb") as store:
        frames = []
        for name in ("one", "two"):
            rows = [Row(f"{name} asks {i}", "", f"Answer {i}") for i in range(300)]
            dataset = store.datasets.begin(name)
            store.datasets.append_rows(dataset, rows, [(name, i) for i in range(300)])
            store.datasets.finish(dataset)
            frame = pd.DataFrame(
                {
                    "key": [row.key for row in rows],
                    "reward": generator.normal(size=300).round(1),
                    "perplexity": generator.lognormal(2, 1, 300),
                    "output_length": generator.integers(1, 500, 300).astype(float),
                }
            )
            frame.loc[:9, "reward"] = np.nan
            store.parts.take("job", [write_scores(folder / f"scores-{name}.parquet", frame)])
            frame["dataset_id"] = dataset
            frames.append(frame)
        store.matrix.refresh({each.dataset_id: KEYS for each in store.datasets.all()})
        yield store, pd.concat(frames, ignore_index=True)


def test_a_part_is_taken_in_once(scored: tuple[Store, pd.DataFrame], tmp_path: Path) -> None:
    store, frame = scored
    part = write_scores(tmp_path / "scores-one.parquet", frame[:20])
    assert store.parts.take("job", [part]) == 0, "the job's part of that name was taken"
    assert store.parts.take("another job", [part]) == 0, "every score in it was there"
    assert store.scores.counts(1, KEYS) == dict.fromkeys(NAMES, 300)


def test_only_what_is_missing_is_asked_for(scored: tuple[Store, pd.DataFrame]) -> None:
    store, frame = scored
    assert store.scores.missing(1, KEYS).num_rows == 0
    other = ScorerKey.of("reward", "another model", {})
    missing = store.scores.missing(1, [KEYS[1], other]).to_pylist()
    assert [line["key"] for line in missing] == frame.loc[frame["dataset_id"] == 1, "key"].tolist()
    assert all(line["missing"] == ["reward"] for line in missing)


def test_counts_under_combined_filters(scored: tuple[Store, pd.DataFrame]) -> None:
    store, frame = scored
    filters = Filters((1,)).with_range("reward", -0.5, None).with_range("perplexity", 2.0, 30.0)
    wanted = frame.query("dataset_id == 1 and reward >= -0.5 and 2 <= perplexity <= 30")
    assert store.browse.count(filters) == len(wanted) == len(store.browse.candidates(filters))
    assert store.browse.count(Filters(text="TWO asks 29")) == 13, "29, 129, 229 and 290 to 299"


def test_summary_equals_pandas(scored: tuple[Store, pd.DataFrame]) -> None:
    store, frame = scored
    found = store.browse.summary(Filters(), NAMES).set_index("indicator")
    wanted = frame[list(NAMES)].describe(percentiles=[0.05, 0.25, 0.5, 0.75, 0.95]).T
    pairs = {"mean": "mean", "sd": "std", "min": "min", "max": "max", "q05": "5%", "q25": "25%", "q75": "75%"}
    for ours, theirs in (pairs | {"median": "50%", "q95": "95%"}).items():
        np.testing.assert_allclose(found[ours], wanted[theirs].loc[found.index], rtol=1e-12)
    assert found["missing"].to_dict() == {"reward": 20, "perplexity": 0, "output_length": 0}
    by_dataset = store.browse.summary(Filters(), NAMES, by_dataset=True)
    assert by_dataset["n"].tolist() == [290, 290, 300, 300, 300, 300]


def test_correlations_equal_pandas(scored: tuple[Store, pd.DataFrame]) -> None:
    store, frame = scored
    np.testing.assert_allclose(store.browse.correlations(NAMES, Filters()), frame[list(NAMES)].corr(), rtol=1e-9)


def test_percentiles_equal_scipy(scored: tuple[Store, pd.DataFrame]) -> None:
    from scipy.stats import percentileofscore

    store, frame = scored
    candidates = store.browse.candidates(Filters((1,)))
    line = candidates.iloc[123]
    found = store.browse.percentiles(1, int(line["row_id"])).set_index("indicator")
    own = frame[frame["dataset_id"] == 1]
    for name in NAMES:
        wanted = percentileofscore(own[name].dropna(), line[name], kind="mean")
        assert found.loc[name, "percentile"] == pytest.approx(wanted)


@pytest.mark.parametrize("log_y", [False, True])
def test_a_lasso_holds_the_points_that_lie_inside(scored: tuple[Store, pd.DataFrame], log_y: bool) -> None:
    from matplotlib.path import Path as Polygon

    store, frame = scored
    angles = np.linspace(0, 2 * np.pi, 37, endpoint=False)
    radius = np.where(np.arange(37) % 2, 1.4, 0.6)  # a star: not convex
    centre, scale = (0.9, 0.5) if log_y else (12.0, 9.0)
    star = np.column_stack([radius * np.cos(angles), centre + scale * radius * np.sin(angles)])
    lasso = Lasso("reward", "perplexity", tuple(map(tuple, star.tolist())), log_y=log_y)
    plane = frame[["reward", "perplexity"]].dropna().to_numpy()
    if log_y:
        plane = np.column_stack([plane[:, 0], np.log10(plane[:, 1])])
    inside = Polygon(star).contains_points(plane).sum()
    assert 20 < inside < 400
    assert store.browse.count(Filters().with_lasso(lasso)) == inside
    dropped = Filters().with_lasso(lasso).dropping(lasso)
    assert store.browse.count(dropped) == len(frame) - inside, "rows without a value lie in no lasso"


def test_pages_of_the_table_are_sorted_with_missing_values_last(scored: tuple[Store, pd.DataFrame]) -> None:
    store, frame = scored
    pages = [
        store.browse.table(Filters(), "reward", True, limit=250, offset=o, text_characters=8) for o in (0, 250, 500)
    ]
    found = pd.concat(pages, ignore_index=True)
    assert len(found) == len(found.drop_duplicates("row_id")) == 600
    assert found["reward"].tolist()[:580] == sorted(frame["reward"].dropna(), reverse=True)
    assert found["reward"].isna().tolist()[580:] == [True] * 20
    assert found["output"].str.len().max() == 8


@pytest.mark.parametrize("lowest", [False, True])
def test_a_cut_off_is_the_value_that_so_many_rows_reach(scored: tuple[Store, pd.DataFrame], lowest: bool) -> None:
    store, frame = scored
    under = Filters().with_range("reward", 0.0, None)
    values = frame.loc[frame["reward"] >= 0, "output_length"].sort_values(ascending=lowest).tolist()
    for rows in (1, len(values) // 2, len(values) - 1):
        end = store.browse.cut_off(under.with_range("output_length", 1e9, None), "output_length", rows, lowest)
        assert end == values[rows - 1]
        low, high = (None, end) if lowest else (end, None)
        assert store.browse.count(under.with_range("output_length", low, high)) >= rows
    assert store.browse.cut_off(under, "output_length", len(values), lowest) is None


def test_a_sample_is_the_same_for_the_same_seed(scored: tuple[Store, pd.DataFrame]) -> None:
    store, _ = scored
    first, again = (store.browse.sample(Filters(), ["reward"], 50, seed=3) for _ in range(2))
    other = store.browse.sample(Filters(), ["reward"], 50, seed=4)
    assert first.equals(again) and not first["row_id"].equals(other["row_id"]) and len(first) == 50


def test_prediction_is_the_linear_rule_and_missing_where_a_term_is(scored: tuple[Store, pd.DataFrame]) -> None:
    store, _ = scored
    store.matrix.set_rule(Rule("x", "X", 1.0694, (Term("reward", -0.1498), Term("output_length", 8.257e-5))))
    found = store.browse.candidates(Filters())
    wanted = 1.0694 - 0.1498 * found["reward"] + 8.257e-5 * found["output_length"]
    pd.testing.assert_series_equal(found["predicted_log_loss"], wanted, check_names=False)
    assert found["predicted_log_loss"].isna().sum() == 20
    store.matrix.set_rule(Rule("y", "Y", 0.0, (Term("not_scored", 1.0),)))
    assert store.browse.candidates(Filters())["predicted_log_loss"].isna().all()


def test_candidates_that_are_kept_for_the_next_selection_are_those_of_now(scored: tuple[Store, pd.DataFrame]) -> None:
    store, _ = scored

    def found(filters: Filters) -> pd.DataFrame:
        return store.browse.candidates(filters, by_content=True)

    store.matrix.set_rule(Rule("a", "A", 0.0, (Term("reward", 1.0),)))
    first = found(Filters((1,)))
    wanted = first.copy()
    first["mark"] = "keep"
    first.loc[0, "reward"] = 99.0
    pd.testing.assert_frame_equal(found(Filters((1,))), wanted)
    assert len(found(Filters((2,)))) == 300
    store.matrix.set_rule(Rule("b", "B", 5.0, (Term("reward", 1.0),)))
    np.testing.assert_allclose(found(Filters((1,)))["predicted_log_loss"], wanted["predicted_log_loss"] + 5.0)
    assert found(Filters().with_marked(Marked.KEPT)).empty
    store.marks.mark([int(wanted["row_id"].iloc[7])], Mark.KEEP)
    assert found(Filters().with_marked(Marked.KEPT))["row_id"].nunique() == 1


def test_logs_and_squares_are_predicted_as_the_rule_itself_predicts_them(scored: tuple[Store, pd.DataFrame]) -> None:
    store, _ = scored
    log = Term("output_length", 0.2, transform=Transform.LOG)
    squared = Term("reward", 3.0, transform=Transform.SQUARE, centre=0.4)
    rule = Rule("z", "Z", 0.5, (log, squared, Term("reward", -1.0)))
    store.matrix.set_rule(rule)
    found = store.browse.candidates(Filters())
    known = found.dropna(subset=["reward", "output_length"])
    by_hand = 0.5 + 0.2 * np.log(known["output_length"]) + 3 * (known["reward"] - 0.4) ** 2 - known["reward"]
    np.testing.assert_allclose(known["predicted_log_loss"], by_hand)
    pd.testing.assert_series_equal(found["predicted_log_loss"], rule.predict(found), check_names=False)


def test_the_rule_that_an_older_studio_kept_is_still_applied() -> None:
    assert _decoded('[1.5, {"reward": -0.5}]') == (1.5, (Term("reward", -0.5),))


def test_a_column_can_not_smuggle_a_statement(scored: tuple[Store, pd.DataFrame]) -> None:
    store, _ = scored
    with pytest.raises(ValueError, match="no column"):
        store.plots.scales({'reward"; DROP TABLE rows; --': False})


def test_filters_survive_json(scored: tuple[Store, pd.DataFrame]) -> None:
    import json

    lasso = Lasso("reward", "perplexity", ((0.0, 1.0), (2.0, 3.0), (4.0, 0.0)), log_y=True)
    filters = Filters((1, 2)).with_range("reward", None, 2.0).with_lasso(lasso)
    assert read(Filters, json.loads(json.dumps(filters.as_dict()))) == filters


def test_scores_that_came_in_wait_until_they_are_brought_into_view(tmp_path: Path) -> None:
    rows = [Row(f"q{i}", "", "a") for i in range(3)]
    with Store.open(tmp_path / "studio.duckdb") as store:
        dataset = store.datasets.begin("new")
        store.datasets.append_rows(dataset, rows, [("f", 1)] * 3)
        store.datasets.finish(dataset)
        store.matrix.refresh({dataset: KEYS})
        frame = pd.DataFrame({"key": [r.key for r in rows], "reward": 2.0, "perplexity": 1.0, "output_length": 0.0})
        store.parts.take("job", [write_scores(tmp_path / "scores-0.parquet", frame)])
        assert store.matrix.scores_waiting() == 9
        store.matrix.refresh({dataset: KEYS})
        assert store.matrix.scores_waiting() == 0
