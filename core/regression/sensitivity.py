"""How much a rule's choice of rows hangs on the digits of its coefficients."""

import numpy as np
import pandas as pd

from core.regression.bootstrap import CoefficientDraws
from core.regression.design import CONSTANT
from core.rules.rule import Rule

DRAWS_USED = 200


def changed_rows(rule: Rule, rows: pd.DataFrame, keep: int) -> pd.DataFrame:
    """How many of the best `keep` rows make room for others when one coefficient moves by its standard error.

    Args:
        rows: a column an indicator of the rule; lines with a missing value take no part.

    Returns: one line a term that has a standard error: standard_error, lower and higher, both in rows.
    """
    known = rows[list(rule.indicators)].dropna()
    values = rule.predict(known).to_numpy(float)
    best = _best(values, keep)
    lines = {}
    for term in rule.terms:
        if term.standard_error is None:
            continue
        shift = term.standard_error * term.values(known).to_numpy(float)
        changed = [len(best - _best(moved, keep)) for moved in (values - shift, values + shift)]
        lines[term.name] = (term.standard_error, *changed)
    return pd.DataFrame.from_dict(lines, orient="index", columns=["standard_error", "lower", "higher"])


def stay_over_draws(rule: Rule, rows: pd.DataFrame, keep: int, draws: CoefficientDraws) -> np.ndarray:
    """The share of the best `keep` rows that are among the best by each of the first redrawn fits, shape (draws,)."""
    known = rows[list(rule.indicators)].dropna()
    best = _best(rule.predict(known).to_numpy(float), keep)
    weighed = {term.name: term.values(known) for term in rule.terms}
    columns = [name for name in draws.names if name != CONSTANT]
    places = [draws.names.index(name) for name in columns]
    values = np.column_stack([weighed[name] for name in columns])
    used = draws.draws[:DRAWS_USED, places]
    return np.array([len(best & _best(values @ each, keep)) / max(1, len(best)) for each in used])


def _best(values: np.ndarray, keep: int) -> set[int]:
    """The places of the lowest values; of equal ones the first."""
    return set(np.argsort(values, kind="stable")[:keep].tolist())
