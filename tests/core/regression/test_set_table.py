"""Which indicators of a table of sets take part where none are named."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.indicators import registry
from core.paths import PROJECT
from core.regression.set_csv import read_set_csv
from core.regression.set_table import PAPERS_TERMS, SetTable


def test_few_sets_begin_with_the_papers_terms() -> None:
    draw = np.random.default_rng(0)
    names = ["input_length", "perplexity", *PAPERS_TERMS, "mtld"]
    frame = pd.DataFrame(draw.normal(size=(12, 6)), columns=names).assign(log_loss=draw.normal(size=12), mtld=3.0)
    table = SetTable(frame, tuple(names))
    assert table.unfit == {"mtld": "is constant over the sets"}
    assert set(table.first_choice) == set(PAPERS_TERMS)
    assert SetTable(pd.concat([frame, frame + 1.0, frame * 2]), tuple(names)).first_choice == tuple(names)


def test_weak_indicators_are_not_proposed() -> None:
    draw = np.random.default_rng(0)
    names = ("reward", "naturalness", "coherence", "understandability")
    table = SetTable(
        pd.DataFrame(draw.normal(size=(40, 4)), columns=names).assign(log_loss=draw.normal(size=40)), names
    )
    by_heads = replace(table, profile="embedded")
    assert by_heads.choice(True) == by_heads.choice(False) == ("reward",)
    assert replace(table, profile="paper").choice(True) == table.choice(True) == names


def test_few_sets_dont_begin_with_two_indicators_that_say_the_same() -> None:
    draw = np.random.default_rng(0)
    tokens = draw.normal(size=12)
    frame = pd.DataFrame({"output_length": tokens, "output_words": 0.8 * tokens, "mtld": draw.normal(size=12)})
    frame = frame.assign(ifd=draw.normal(size=12), reward=draw.normal(size=12), output_words=tokens**3 / 50 + tokens)
    table = SetTable(frame.assign(log_loss=draw.normal(size=12)), tuple(frame.columns))
    assert not table.unfit
    assert table.first_choice == ("output_length", "mtld", "reward")


def test_few_sets_begin_with_indicators_that_rows_can_be_scored_by() -> None:
    path = PROJECT / "docs" / "runs" / "workstation.csv"
    table = read_set_csv(path.name, path.read_bytes())
    first = set(table.first_choice)
    assert any(name.startswith("share_") for name in table.fit)
    assert first <= set(registry()) and {"reward", "knn_distance"} <= first
    assert "output_length" not in first  # which goes with the reward at 0.95 and more here
