"""Selections, rules and settings are kept as they were made."""

from pathlib import Path

import pandas as pd
import pytest

from core.errors import StoreError
from core.rows.row import Row
from core.store import Store


def test_a_selection_keeps_its_order_and_outlives_its_dataset(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    with Store.open(path) as store:
        dataset = store.datasets.begin("pairs")
        store.datasets.append_rows(
            dataset, [Row(f"q{i}", "", f"a{i}", extra='{"n":1}') for i in range(5)], [("f", i) for i in range(5)]
        )
        store.datasets.finish(dataset)
        numbers = [number for batch in store.rows.iterate(dataset) for number, _ in batch]
        kept = pd.DataFrame({"dataset_id": dataset, "row_id": [numbers[3], numbers[0]], "rank": [0, 1]})
        chosen = store.selections.save("best two", {"k": 2}, kept, {"dropped": 3})
    with Store.open(path) as store:
        store.selections.rename(chosen, "the best")
        found = store.selections.get(chosen)
        assert (found.name, found.spec, found.summary, found.rows) == ("the best", {"k": 2}, {"dropped": 3}, 2)
        assert [row.instruction for batch in store.selections.rows(chosen) for _, _, row in batch] == ["q3", "q0"]
        store.datasets.delete(dataset)
        assert [row.instruction for batch in store.selections.rows(chosen) for _, _, row in batch] == ["q3", "q0"]
        store.selections.delete(chosen)
        with pytest.raises(StoreError):
            store.selections.get(chosen)


def test_rules_and_settings_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    with Store.open(path) as store:
        rule = store.rules.save("mine", {"intercept": 1.5})
        store.settings.set("filters", {"text": "naïve ☕"})
    with Store.open(path) as store:
        assert [(r.rule_id, r.name, r.rule) for r in store.rules.all()] == [(rule, "mine", {"intercept": 1.5})]
        assert store.settings.get("filters") == {"text": "naïve ☕"}
        assert store.settings.get("unset", 3) == 3
        store.rules.delete(rule)
        assert store.rules.all() == []
