"""The paper's table of section 4: subsets by how they were sampled, the rule's value and the loss of each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.experiments.proof.losses import losses_of_runs
from core.experiments.proof.plan import ProofRun, proof_of
from core.rules.rule import Rule
from core.store import SavedExperiment
from core.store.experiments import ExperimentTables

FEWEST_SUBSETS = 3


@dataclass(frozen=True, eq=False)
class RuleTable:
    """Rule value against loss, a line for each different subset.

    Attributes:
        lines: arm, draw, seeds (over how many the loss is averaged), rule_value, loss (nats per response token),
            log_loss; lowest rule value first.
        pearson, p_value: correlation of rule_value and log_loss; NaN below three subsets, or where all are the same.
        spearman: of their ranks.
    """

    lines: pd.DataFrame
    pearson: float
    p_value: float
    spearman: float


def table_of_proof(
    experiments: ExperimentTables, saved: SavedExperiment, rule: Rule, runs: Sequence[ProofRun]
) -> RuleTable:
    """The table of a proof by what the store has of it.

    Raises:
        SelectionError: an indicator of the rule is not scored any more.
    """
    means = experiments.indicator_means(saved.experiment_id, rule.indicators, mean_logs=True)
    values = dict(zip(means["number"].tolist(), rule.predict(means).tolist(), strict=True))
    plan = proof_of(saved.spec)
    end = plan.test_examples if plan is not None else 0
    found = losses_of_runs(experiments.example_losses(saved.job_id), runs, 0, end or None)
    by_model = {(each.arm, each.draw, each.seed): each.loss for each in found.models}
    losses = {run.number: by_model[key] for run in runs if (key := (run.arm, run.draw, run.seed)) in by_model}
    return rule_table(runs, values, losses)


def rule_table(runs: Sequence[ProofRun], rule_values: Mapping[int, float], losses: Mapping[int, float]) -> RuleTable:
    """The table over the models that have a loss and a rule value.

    Args:
        rule_values: of each set, by its number.
        losses: mean loss of each measured model in nats per token, by the number of its set.
    """
    from scipy import stats

    found = [
        (str(run.arm), run.draw, rule_values[run.number], losses[run.number])
        for run in runs
        if run.number in losses and math.isfinite(rule_values.get(run.number, math.nan))
    ]
    models = pd.DataFrame(found, columns=["arm", "draw", "rule_value", "loss"])
    lines = (
        models.groupby(["arm", "draw"])
        .agg(seeds=("loss", "size"), rule_value=("rule_value", "mean"), loss=("loss", "mean"))
        .reset_index()
        .sort_values("rule_value", ignore_index=True)
    )
    lines["log_loss"] = np.log(lines["loss"].astype(float))
    if len(lines) < FEWEST_SUBSETS or lines["rule_value"].nunique() < 2 or lines["log_loss"].nunique() < 2:
        return RuleTable(lines, math.nan, math.nan, math.nan)
    straight = stats.pearsonr(lines["rule_value"], lines["log_loss"])
    ranks = stats.spearmanr(lines["rule_value"], lines["log_loss"])
    return RuleTable(lines, float(straight.statistic), float(straight.pvalue), float(ranks.statistic))
