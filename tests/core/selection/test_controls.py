"""Random rows matched to a selection in length or in source."""

import numpy as np
import pandas as pd
import pytest

from core.errors import SelectionError
from core.selection.controls import matched_in_length, matched_in_source


def pool(rows: int, seed: int = 0, datasets: int = 3) -> pd.DataFrame:
    """Lengths as those of responses: most short, some very long."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "dataset_id": random.integers(1, datasets + 1, rows),
            "row_id": np.arange(rows) + 1_000,
            "output_length": np.maximum(1, random.lognormal(3.6, 1.0, rows).round()),
        }
    )


def lengths(candidates: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    return candidates.set_index("row_id").loc[rows["row_id"], "output_length"]


@pytest.mark.parametrize("seed", range(5))
def test_a_control_matched_in_length_agrees_in_mean_and_quantiles_but_has_other_rows(seed: int) -> None:
    candidates = pool(2_000, seed)
    weight = candidates["output_length"].clip(upper=300) ** 0.7  # a choice that likes long responses
    reference = candidates.sample(200, weights=weight, random_state=seed)
    control = matched_in_length(candidates, reference, seed)
    wanted, found = lengths(candidates, reference), lengths(candidates, control)
    assert len(control) == 200 and not control["row_id"].duplicated().any()
    assert found.mean() == pytest.approx(wanted.mean(), rel=0.01)
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert found.quantile(share) == pytest.approx(wanted.quantile(share), rel=0.06, abs=1)
    assert len(set(control["row_id"]) & set(reference["row_id"])) / 200 < 0.4, "a fifth of such long rows are chosen"
    again = matched_in_length(candidates, reference, seed)
    assert again.equals(control) and not matched_in_length(candidates, reference, seed + 1).equals(control)


def test_where_only_the_longest_are_so_long_they_are_drawn_again() -> None:
    candidates = pool(300)
    reference = candidates.nlargest(60, "output_length")
    found = lengths(candidates, matched_in_length(candidates, reference, 1))
    assert found.mean() == pytest.approx(lengths(candidates, reference).mean(), rel=0.06)


def test_a_reference_without_lengths_is_refused_and_pairs_of_two_datasets_count_once() -> None:
    candidates = pool(20)
    twice = pd.concat([candidates, candidates.assign(dataset_id=9)])
    assert matched_in_length(twice, candidates, 0)["row_id"].nunique() == 20
    with pytest.raises(SelectionError, match="1 of 20 rows have no response length"):
        matched_in_length(candidates.drop(index=3), candidates, 0)


def test_a_control_matched_in_source_has_as_many_rows_of_each_dataset() -> None:
    candidates = pool(300)
    reference = candidates.nlargest(50, "output_length")
    control = matched_in_source(candidates, reference, 2)
    expected = reference["dataset_id"].value_counts().to_dict()
    assert control["dataset_id"].value_counts().to_dict() == expected and control["row_id"].nunique() == 50
    assert not matched_in_source(candidates, reference, 3).equals(control)
    assert matched_in_source(candidates, reference.head(0), 3).empty


def test_datasets_that_share_their_pairs_are_drawn_without_a_pair_twice() -> None:
    candidates = pd.DataFrame({"dataset_id": [1, 1, 2, 2, 2], "row_id": [1, 2, 1, 2, 3]})
    reference = pd.DataFrame({"dataset_id": [1, 1, 2], "row_id": [1, 2, 3]})
    for seed in range(8):
        assert matched_in_source(candidates, reference, seed)["row_id"].nunique() == 3
    with pytest.raises(SelectionError, match="Dataset 7"):
        matched_in_source(candidates, reference.assign(dataset_id=7), 0)
