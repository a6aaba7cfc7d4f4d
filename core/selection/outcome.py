"""What came of a selection: every candidate with its fate, and the predicted loss against a random choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.selection.select import Selection, random_losses
from core.store.score_matrix import PREDICTED
from core.values import MaybeUndefined, Value


@dataclass(frozen=True)
class Prediction(Value):
    """Predicted log loss of the kept rows, of all that the rule can rank, and of random choices of the same size."""

    kept: MaybeUndefined
    everything: MaybeUndefined
    random_mean: MaybeUndefined
    random_sd: MaybeUndefined


@dataclass(frozen=True)
class SelectionOutcome:
    """A selection and the rows that it was made from.

    Attributes:
        rows: the candidates with all their scores, `reason` ("" for those kept) and `predicted_log_loss` by the rule.
        prediction: None where no kept row has all the scores that the rule needs.
    """

    selection: Selection
    rows: pd.DataFrame
    prediction: Prediction | None

    @cached_property
    def kept_rows(self) -> pd.DataFrame:
        """The kept rows with their scores, in the order of the candidates."""
        return self.rows[self.rows["reason"] == ""]

    @cached_property
    def dropped_rows(self) -> pd.DataFrame:
        """The dropped rows with their scores, in the order of the candidates."""
        return self.rows[self.rows["reason"] != ""]

    @cached_property
    def fates(self) -> pd.DataFrame:
        """Rows by dataset and reason ("" for kept): dataset_id, reason, rows."""
        return self.rows.groupby(["dataset_id", "reason"], observed=True).size().rename("rows").reset_index()

    def means(self, columns: Sequence[str]) -> dict[str, float]:
        """Mean of each indicator over the kept rows."""
        return {column: float(self.kept_rows[column].mean()) for column in columns}


def weigh(selection: Selection, candidates: pd.DataFrame) -> SelectionOutcome:
    """Put a selection beside its candidates, and its prediction beside that of random choices.

    All three are of rows that have every score that the rule needs: means over different rows can't be compared.
    """
    fates = pd.concat([selection.kept.assign(reason=""), selection.dropped])[["dataset_id", "row_id", "reason"]]
    rows = candidates.merge(fates.astype({"reason": "category"}), on=["dataset_id", "row_id"], how="left")
    rule = selection.spec.rule
    if rule is None or not set(rule.indicators) <= set(candidates) or selection.kept.empty:
        return SelectionOutcome(selection, rows, None)
    rows[PREDICTED] = rule.predict(rows)
    scored = rows[rows[PREDICTED].notna()]
    kept = scored[scored["reason"] == ""]
    if kept.empty:
        return SelectionOutcome(selection, rows, None)
    losses = random_losses(scored, selection.spec, len(kept))
    prediction = Prediction(
        rule.predict_set(kept),
        rule.predict_set(scored),
        float(np.mean(losses)),
        float(np.std(losses, ddof=1)),
    )
    return SelectionOutcome(selection, rows, prediction)
