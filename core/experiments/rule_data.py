"""The table from which a rule is learned: mean indicators of candidate sets beside the losses of models tuned on them.

Equation 3 has log L on the left and the means I_i(D) on the right; each candidate set gives one line of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.embeddings.nearest_neighbours import knn_distances
from core.errors import RegressionError
from core.experiments.proof.plan import proof_of
from core.finetune.settings import TuningSettings
from core.humanize import counted
from core.progress import Silent
from core.regression.design import RESPONSE
from core.regression.outcome import Outcome
from core.regression.repeated_sets import once_each
from core.regression.set_table import SetTable
from core.regression.univariate import KIND
from core.rows.candidate_set import UNTUNED
from core.rules.transform import Transform
from core.store import SavedExperiment, Store
from core.store.experiments import ExperimentTables
from core.values import mended

FEWEST_SETS = 6
DISTANCE = "knn_distance"
QUESTIONS = "questions"  # the digest of those on which the sets were measured
SAME_SETTINGS = ("profile", "tuning", "evaluation", "responses", "max_evaluation_tokens")


@dataclass(frozen=True)
class Neighbours:
    """How distances within a set are measured: in whose embeddings, and to which nearest neighbour."""

    model: str
    neighbour: int


def comparable(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether experiments of these specifications tune and measure alike: their losses may stand in one table then."""
    questions = {each[QUESTIONS] for each in (one, other) if QUESTIONS in each}  # an older one tells none
    return len(questions) < 2 and all(_setting(one, name) == _setting(other, name) for name in SAME_SETTINGS)


def _setting(spec: Mapping[str, Any], name: str) -> Any:
    """A setting as it is compared: one of a tuning that an older studio did not know has its default."""
    value = spec.get(name)
    return mended(TuningSettings, value) if name == "tuning" else value


def best_to_learn_from(experiments: Sequence[SavedExperiment], measured: Mapping[str, int]) -> list[SavedExperiment]:
    """The experiments that have a loss: those with enough sets first, proofs last, since their sets hardly differ.

    Args:
        experiments: newest first, which they stay otherwise.
        measured: how many sets have a loss, by job.
    """
    usable = [each for each in experiments if measured.get(each.job_id)]
    return sorted(usable, key=lambda e: (proof_of(e.spec) is not None, measured[e.job_id] < FEWEST_SETS))


def table_of_experiments(
    store: Store,
    experiments: Sequence[SavedExperiment],
    columns: Sequence[str],
    profile: str = "",
    model: str = "",
    outcome: Outcome = Outcome.EXAMPLE,
    within_sets: Neighbours | None = None,
) -> SetTable:
    """The measured sets of experiments that tuned and measured alike, as one table.

    Sets of the same rows, tuned on with other seeds, are one observation: their mean loss.

    Args:
        columns: indicators, of the matrix as it stands.
        profile: whose scores the matrix holds.
        model: that was tuned.
        outcome: which loss is the response.
        within_sets: measure the KNN distance among the rows of each set, as the paper's KNN_i of a dataset is; None
            takes the rows' distances within their datasets.

    Raises:
        RegressionError: there is no experiment, or they tuned or measured differently.
        StoreError: a distance within a set is wanted, and a row has no embedding.
    """
    if not experiments:
        raise RegressionError("No experiment chosen.", mend="Choose at least one.")
    first, *others = experiments
    if different := [each.name for each in others if not comparable(first.spec, each.spec)]:
        raise RegressionError(
            f"{', '.join(different)} used other tuning or evaluation settings than {first.name}, so losses cannot be "
            "compared.",
            mend="Choose experiments with the same model, tuning and evaluation settings.",
        )
    known = [name for name in columns if name in store.matrix.columns()]
    parts = [_joined(store.experiments, each, known, outcome) for each in experiments]
    sets = pd.concat([part for part, _, _ in parts], ignore_index=True)
    remarks = [remark for _, remarks, _ in parts for remark in remarks]
    unscored = sets[known].isna().all(axis=1)
    if unscored.any():
        remarks.append(f"Excluded: {counted(int(unscored.sum()), 'set')} without any scored row.")
        sets = sets[~unscored]
    partly = int((sets["scored_rows"] < sets["rows"]).sum())
    if partly:
        remarks.append(f"In {counted(partly, 'set')} some rows have no score; means are over the scored rows.")
    if within_sets is not None and DISTANCE in known:
        sets[DISTANCE] = _distances_within(store, experiments, sets, within_sets)
        remarks.append("The KNN distance is measured within each set.")
    losses, weights = _example_losses(store.experiments, experiments, sets, outcome)
    sets, losses, remark = once_each(sets.set_index("name"), sets["same_rows"], "were tuned on the same rows", losses)
    remarks += [remark] if remark else []
    labels = sets.index.to_series().reset_index(drop=True)
    labels = labels if labels.is_unique else labels + " of " + sets["experiment"].reset_index(drop=True)
    table = sets[[KIND, *known, RESPONSE]].set_axis(_unique(labels))
    untuned = next((loss for _, _, loss in parts if loss is not None), None)
    return SetTable(
        table,
        tuple(known),
        tuple(remarks),
        profile,
        model,
        {name: first.spec[name] for name in (*SAME_SETTINGS[1:], QUESTIONS) if name in first.spec},
        _datasets(store, experiments),
        losses,
        untuned,
        {str(label): name for label, name in zip(table.index, sets["levels_of"], strict=True) if name},
        weights,
        pd.DataFrame({name: sets[Transform.MEAN_LOG.name_of(name)].to_numpy() for name in known}, index=table.index),
        within_sets=DISTANCE if within_sets is not None else "",
    )


def _joined(
    experiments: ExperimentTables, experiment: SavedExperiment, columns: Sequence[str], outcome: Outcome
) -> tuple[pd.DataFrame, list[str], float | None]:
    """The measured sets of one experiment, remarks, and the loss of the untuned model."""
    losses = experiments.losses(experiment.job_id).rename(columns={f"loss_per_{outcome}": "loss"})
    tuned = losses[losses["number"] != UNTUNED]
    made = pd.DataFrame(
        [
            (number, each.name, str(each.kind), each.rows, _rows_digest(each.members), each.detail.get("indicator", ""))
            for number, each in enumerate(experiments.candidate_sets(experiment.experiment_id), start=1)
        ],
        columns=["number", "name", KIND, "rows", "same_rows", "levels_of"],
    )
    means = experiments.indicator_means(experiment.experiment_id, columns, mean_logs=True)
    found = made.merge(means, on="number").merge(tuned[["number", "loss"]], on="number")
    found = found.assign(experiment=experiment.name, job_id=experiment.job_id)
    found[RESPONSE] = np.log(found["loss"])
    lacking = len(made) - len(found)
    of = f"{counted(len(made), 'set')} of {experiment.name}"
    remarks = [f"Excluded: {lacking} of {of}, no loss yet."] * bool(lacking)
    untuned = losses.loc[losses["number"] == UNTUNED, "loss"]
    return found, remarks, float(untuned.iloc[0]) if len(untuned) else None


def _rows_digest(members: pd.DataFrame) -> str:
    """The same for sets of the same rows, in whatever order."""
    pairs = np.sort(pd.util.hash_pandas_object(members[["dataset_id", "row_id"]], index=False).to_numpy())
    return hashlib.sha256(pairs.tobytes()).hexdigest()


def _datasets(store: Store, experiments: Sequence[SavedExperiment]) -> tuple[str, ...]:
    names = {each.dataset_id: each.name for each in store.datasets.all()}
    made = [each for experiment in experiments for each in store.experiments.candidate_sets(experiment.experiment_id)]
    used = {number for each in made for number in each.composition}
    return tuple(names.get(number, f"dataset {number}, deleted") for number in sorted(used))


def _example_losses(
    experiment_tables: ExperimentTables, experiments: Sequence[SavedExperiment], sets: pd.DataFrame, outcome: Outcome
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Mean loss of each example's responses, a line a set, in the order of `sets`, and the weight of each example.

    None in place of the losses where one is missing, and of the weights where all are alike.
    """
    parts, weights = [], None
    for each in experiments:
        found = experiment_tables.example_losses(each.job_id)
        weight = found["tokens"] if outcome is Outcome.TOKEN else pd.Series(1, index=found.index)
        found = found.assign(weight=weight, weighed=weight * found["loss_nats_per_token"])
        sums = found.groupby(["number", "example"])[["weighed", "weight"]].sum()
        parts.append((sums["weighed"] / sums["weight"]).unstack().assign(job_id=each.job_id))
        weights = sums["weight"].unstack().max().to_numpy(float)
    wide = pd.concat(parts).set_index("job_id", append=True)
    losses = wide.reindex(pd.MultiIndex.from_frame(sets[["number", "job_id"]])).to_numpy(float)
    known = losses if losses.size and np.isfinite(losses).all() else None
    return known, weights if outcome is Outcome.TOKEN and known is not None else None


def _distances_within(
    store: Store, experiments: Sequence[SavedExperiment], sets: pd.DataFrame, neighbours: Neighbours
) -> list[float]:
    """Mean distance to the i-th nearest neighbour within each set; NaN for a set of fewer rows."""
    members = {
        (each.job_id, number): made.members["row_id"]
        for each in experiments
        for number, made in enumerate(store.experiments.candidate_sets(each.experiment_id), start=1)
    }
    found = []
    for job_id, number in zip(sets["job_id"], sets["number"], strict=True):
        rows = members[job_id, number].drop_duplicates().tolist()
        vectors = store.scores.embeddings(rows, neighbours.model)
        found.append(float(knn_distances(vectors, neighbours.neighbour, Silent()).mean()))
    return found


def _unique(labels: pd.Series) -> pd.Index:
    """The labels, those that stand twice with a number."""
    place = labels.groupby(labels).cumcount()
    return pd.Index(labels.where(place == 0, labels + " (" + (place + 1).astype(str) + ")"), name="set")
