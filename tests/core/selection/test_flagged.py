"""What share of flagged rows a selection does without, by counts made by hand."""

from pathlib import Path

import pandas as pd

from core.rows.filters import Filters
from core.rows.row import Row
from core.selection.flagged import flagged_rows
from core.selection.spec import SelectionSpec
from core.store import Store
from core.store.checks import CONTAMINATED, NEAR_DUPLICATE
from tests.scored_store import add_dataset


def test_flagged_rows_are_counted_once_and_set_against_what_chance_would_drop(tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        add_dataset(store, "one", [Row(f"Question {i}?", "", "Yes.") for i in range(10)])
        kept = pd.DataFrame({"dataset_id": 1, "row_id": [1, 2, 3, 4]})
        assert flagged_rows(store, SelectionSpec(), kept) is None
        store.checks.keep(NEAR_DUPLICATE, [1], [(1, 4), (1, 5), (1, 6)])
        store.checks.keep(CONTAMINATED, [1], [(1, 6), (1, 7)])
        for filters in (Filters(), Filters((1,), text="no such word")):
            found = flagged_rows(store, SelectionSpec(filters), kept)
            assert found is not None
            said = "3 of 4 flagged rows dropped (75%, of all rows 60%)."
            assert str(found) == f"{said} Flagged: 3 near-duplicates and 2 contaminated rows."
