"""A selection beside its rows: what it predicts, what it shares with others, and that it outlives its dataset."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.export import ExportOptions
from core.export.members import export_members
from core.rows.filters import Filters
from core.selection.outcome import weigh
from core.selection.pipeline import find_candidates, run_selection
from core.selection.record import SelectionRecord, overlaps
from core.selection.source_dataset import describe_sources
from core.store import Store
from tests.core.curated import BY_RULE, MODEL, NAMES, PROFILE, filled_store, keys_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled_store(tmp_path) as opened:
        yield opened


def test_a_saved_selection_exports_alike_after_its_dataset_was_deleted(store: Store, tmp_path: Path) -> None:
    spec = replace(BY_RULE, filters=Filters((2,)))
    candidates = find_candidates(store, spec, keys_of(store))
    outcome = weigh(run_selection(store.scores, spec, candidates, MODEL), candidates)
    sources = describe_sources(store, (2,), keys_of(store))
    record = SelectionRecord.of(outcome, PROFILE.name, sources, NAMES)
    number = store.selections.save("kept", spec.as_dict(), outcome.selection.kept, record.summary())
    assert SelectionRecord.from_saved(store.selections.get(number)) == record
    options = ExportOptions(dataset=True)
    before = export_members(
        store, store.selections.members(number), record.dataset_names, tmp_path / "before.jsonl", options
    )
    store.datasets.delete(2)
    after = export_members(
        store, store.selections.members(number), record.dataset_names, tmp_path / "after.jsonl", options
    )
    assert after.sha256 == before.sha256


def test_the_prediction_of_kept_rows_is_the_rule_at_their_mean_indicators(store: Store) -> None:
    candidates = find_candidates(store, BY_RULE, keys_of(store))
    outcome = weigh(run_selection(store.scores, BY_RULE, candidates, MODEL), candidates)
    mean = outcome.kept_rows[["reward", "output_length", "knn_distance"]].mean()
    expected = 1.0694 - 0.1498 * mean["reward"] + 8.257e-5 * mean["output_length"] - 0.9350 * mean["knn_distance"]
    assert outcome.prediction is not None
    assert outcome.prediction.kept == pytest.approx(expected)
    assert outcome.prediction.kept < outcome.prediction.random_mean - 3 * outcome.prediction.random_sd
    assert outcome.prediction.random_mean == pytest.approx(outcome.prediction.everything, abs=0.1)
    assert outcome.fates["rows"].sum() == len(candidates)


def test_overlap_is_the_shared_rows_over_those_of_either(store: Store) -> None:
    store.matrix.refresh(keys_of(store))
    rows = {name: store.browse.candidates(Filters((number,)))["row_id"] for number, name in ((1, "a"), (2, "b"))}
    (found,) = overlaps(rows)
    assert (found.first, found.second, found.shared, found.jaccard) == ("a", "b", 10, 10 / 160)
