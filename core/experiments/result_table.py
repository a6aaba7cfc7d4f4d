"""The table of an experiment: each set with its mean indicators and what the model tuned on it came to."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.rows.candidate_set import UNTUNED_NAME, CandidateSet


def result_table(sets: Sequence[CandidateSet], means: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """One line a set, the untuned model first; numbers that are not there yet are NaN.

    Quality relative to the untuned model is the ratio of their losses (Equation 1): above 1 tuning has helped.

    Args:
        means: number, scored_rows and mean indicators, as of `set_indicator_means`.
        losses: as of `store.experiments.losses`.

    Returns: number, name, kind, rows, loss_per_example, standard_error, loss_per_token, log_loss, log_loss_error,
        relative_quality, tuning_seconds, train_loss_nats_per_token, then scored_rows and the mean indicators.
    """
    heads = [(0, UNTUNED_NAME, UNTUNED_NAME, 0)]
    heads += [(number, each.name, str(each.kind), each.rows) for number, each in enumerate(sets, start=1)]
    table = pd.DataFrame(heads, columns=["number", "name", "kind", "rows"]).merge(losses, how="left", on="number")
    table["log_loss"] = np.log(table["loss_per_example"])
    table["log_loss_error"] = table["standard_error"] / table["loss_per_example"]  # first order: d log L = dL / L
    table["relative_quality"] = table["loss_per_example"].iloc[0] / table["loss_per_example"]
    columns = [
        "number", "name", "kind", "rows", "loss_per_example", "standard_error", "loss_per_token", "log_loss",
        "log_loss_error", "relative_quality", "tuning_seconds", "train_loss_nats_per_token",
    ]  # fmt: skip
    return table[columns].merge(means, how="left", on="number")
