"""p corrected for many tests is that of statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from core.statistics import holm


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1) | st.sampled_from((0.01, 0.02)), min_size=1, max_size=12))
def test_it_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_an_unknown_p_is_one_and_of_no_test_there_is_none() -> None:
    assert holm([np.nan, 0.01]).tolist() == [1.0, 0.02]
    assert holm([]).tolist() == []
