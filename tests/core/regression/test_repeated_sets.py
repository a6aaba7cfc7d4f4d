"""Seeds of one set are one observation: the F test keeps its level, and folds hold a set back as a whole."""

import numpy as np
import pandas as pd
import pytest

from core.regression.ols import fit_ols
from core.regression.repeated_sets import once_each, same_indicators
from core.regression.set_csv import read_set_csv


def seeds_of_sets(random: np.random.Generator, sets: int = 12, seeds: int = 6) -> pd.DataFrame:
    """Sets whose losses differ among themselves and hardly between seeds, and don't depend on the indicators."""
    frame = pd.DataFrame({"reward": random.normal(size=sets), "mtld": random.normal(50, 9, size=sets)})
    lines = frame.loc[np.repeat(np.arange(sets), seeds)].reset_index(drop=True)
    own = np.repeat(random.normal(0, 0.05, size=sets), seeds)
    return lines.assign(seed=np.tile(np.arange(seeds), sets), log_loss=own + random.normal(0, 0.01, size=sets * seeds))


def test_the_f_test_of_sets_with_several_seeds_keeps_its_level() -> None:
    random = np.random.default_rng(1)
    tables = [seeds_of_sets(random) for _ in range(200)]
    read = [read_set_csv("sets.csv", each.to_csv(index=False).encode()) for each in tables]
    assert {len(each.sets) for each in read} == {12}
    p = np.array([fit_ols(each.sets, ["reward", "mtld"]).f_p for each in read])
    as_lines = np.array([fit_ols(each, ["reward", "mtld"]).f_p for each in tables])
    assert 0.015 < (p < 0.05).mean() < 0.10
    assert (as_lines < 0.05).mean() > 0.5, "which is what counting each line would have done"


def test_a_set_is_one_line_with_its_mean_loss_and_keeps_its_name() -> None:
    table = read_set_csv("sets.csv", b"name,seed,reward,loss\na,0,1.5,2\nb,0,2.5,5\na,1,1.5,4\n")
    assert table.indicators == ("reward",)
    assert list(table.sets.index) == ["a (mean of 2)", "b"]
    assert table.sets["log_loss"].tolist() == pytest.approx([np.log(3), np.log(5)])
    assert table.remarks == (
        "2 of 3 models have the same indicators, so they are seeds of the same sets. They count as 1 set with the mean "
        "of their losses.",
    )


def test_losses_of_examples_are_averaged_alike_and_lines_without_values_stay_apart() -> None:
    sets = pd.DataFrame({"reward": [1.0, np.nan, 1.0 + 1e-13, np.nan], "log_loss": 0.0}, index=list("abcd"))
    same = same_indicators(sets, ("reward",))
    assert same.tolist() == [0, 1, 0, 2]
    once, losses, _ = once_each(sets, same, "are alike", np.array([[1.0, 3.0], [9.0, 9.0], [3.0, 5.0], [8.0, 8.0]]))
    assert list(once.index) == ["a (mean of 2)", "b", "d"]
    assert losses is not None and losses.tolist() == [[2.0, 4.0], [9.0, 9.0], [8.0, 8.0]]
