"""Why a row has no value of a score."""

from collections.abc import Sequence

from core.indicators import registry
from core.indicators.base import ScorerKey
from core.store import Store
from core.store.score_matrix import PREDICTED

NOT_SCORED, UNDEFINED = "not scored yet", "not defined for this row"


def why_absent(store: Store, row_id: int, scorers: Sequence[ScorerKey], lacking: Sequence[str]) -> dict[str, str]:
    """By score, why the row has no value of it.

    Args:
        scorers: the keys of the scores in view of the row's dataset.
        lacking: indicators without a value, and predicted_log_loss.
    """
    if not lacking:
        return {}
    there = store.scores.there(row_id, scorers)
    found = {name: _undefined(name) if name in there else NOT_SCORED for name in lacking if name != PREDICTED}
    if PREDICTED in lacking:
        needed = store.matrix.rule_indicators()
        missing = [_title(name) for name in needed if name in found or name not in store.matrix.columns()]
        found[PREDICTED] = f"needs {', '.join(missing)}" if missing else UNDEFINED if needed else "no rule is set"
    return found


def _undefined(name: str) -> str:
    where = registry()[name].undefined_where if name in registry() else ""
    return f"{UNDEFINED}: {where}" if where else UNDEFINED


def _title(name: str) -> str:
    return registry()[name].title if name in registry() else name
