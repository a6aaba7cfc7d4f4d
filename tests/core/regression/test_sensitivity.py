"""How many of the best rows change when coefficients move, counted by hand."""

import numpy as np
import pandas as pd

from core.regression.bootstrap import CoefficientDraws
from core.regression.sensitivity import changed_rows, stay_over_draws
from core.rules.rule import Rule, Term

ROWS = pd.DataFrame({"reward": [0.0, 1.0, 2.0, 3.0, np.nan], "mtld": [0.0, 2.0, 1.0, 9.0, 0.0]})


def rule(*errors: float | None) -> Rule:
    return Rule("x", "X", 5.0, (Term("reward", 1.0, "", "", errors[0]), Term("mtld", 0.0, "", "", errors[1])))


def test_rows_that_make_room_are_counted() -> None:
    # Values 0, 1, 2, 3. With mtld at +1: 0, 3, 3, 12: of the best two the second stays (the first of equals); at +2:
    # 0, 5, 4, 21: row 2 takes the place of row 1. With reward at −1 (1 − 2): the order is turned round.
    assert changed_rows(rule(2.0, 1.0), ROWS, 2).loc["mtld"].tolist() == [1.0, 1, 0]
    assert changed_rows(rule(2.0, 2.0), ROWS, 2).loc["mtld"].tolist() == [2.0, 1, 1]
    assert changed_rows(rule(2.0, 2.0), ROWS, 2).loc["reward"].tolist() == [2.0, 2, 0]


def test_terms_without_a_standard_error_are_passed_over() -> None:
    assert list(changed_rows(rule(None, 1.0), ROWS, 2).index) == ["mtld"]
    assert changed_rows(rule(None, None), ROWS, 2).empty


def test_rows_that_stay_over_redrawn_fits_are_counted() -> None:
    fits = np.array([[0.0, 1.0, 0.0], [7.0, -1.0, 0.0], [0.0, 1.0, 2.0]])
    draws = CoefficientDraws("sets", ("constant", "reward", "mtld"), fits[0], fits, 0.95)
    np.testing.assert_allclose(stay_over_draws(rule(1.0, 1.0), ROWS, 2, draws), [1.0, 0.0, 0.5])
