"""The table of sets of experiments: means of the rows beside measured losses, and what is left out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import RegressionError
from core.experiments.proof.plan import ProofPlan
from core.experiments.rule_data import (
    FEWEST_SETS,
    Neighbours,
    best_to_learn_from,
    comparable,
    table_of_experiments,
)
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.outcome import Outcome
from core.regression.set_table import SetTable
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.row import Row
from core.store import SavedExperiment, Store
from tests.measured_store import SPEC, add_experiment, take_losses
from tests.scored_store import add_dataset, take_embeddings, take_scores

INDICATORS = ["reward", "output_length", "knn_distance"]
ROWS = 40


class Measured:
    """A store of 40 scored rows, and the tests' own copy of their scores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(folder / "studio.duckdb")
        rows = [Row(f"question {i}", "", f"answer {i}") for i in range(ROWS)]
        dataset = add_dataset(self.store, "pairs", rows)
        draw = np.random.default_rng(3)
        self.scores = pd.DataFrame(
            {"reward": draw.normal(size=ROWS), "output_length": draw.integers(5, 400, ROWS).astype(float)}
        ).assign(knn_distance=draw.uniform(0.1, 0.9, ROWS))
        keys = [scorer_key(name, profile("embedded"), dataset.fingerprint) for name in INDICATORS]
        take_scores(self.store, folder, "scores", rows, keys, {n: list(v) for n, v in self.scores.items()})
        self.store.matrix.refresh({dataset.dataset_id: keys})
        self.scores["row_id"] = [number for batch in self.store.rows.iterate(dataset.dataset_id) for number, _ in batch]
        self.scores["dataset_id"] = dataset.dataset_id

    def sets(self, count: int, size: int = 5, kind: Kind = Kind.FUSED) -> list[CandidateSet]:
        return [
            CandidateSet(f"{kind} {i}", kind, self.scores.loc[3 * i : 3 * i + size - 1, ["dataset_id", "row_id"]])
            for i in range(count)
        ]

    def table(self, *numbers: int) -> SetTable:
        chosen = [self.store.experiments.get(number) for number in numbers]
        return table_of_experiments(self.store, chosen, INDICATORS, "embedded", "a model")


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Measured]:
    made = Measured(tmp_path)
    yield made
    made.store.close()


def test_means_of_rows_stand_beside_the_log_of_the_mean_loss(measured: Measured) -> None:
    losses = {number: 0.5 + 0.1 * number for number in range(1, 9)}
    table = measured.table(add_experiment(measured.store, measured.folder, "one", measured.sets(8), {0: 1.2, **losses}))
    expected = [measured.scores.loc[3 * i : 3 * i + 4, INDICATORS].mean() for i in range(8)]
    np.testing.assert_allclose(table.sets[INDICATORS], np.array(expected))
    np.testing.assert_allclose(table.sets["log_loss"], list(losses.values()))
    assert list(table.sets.index) == [f"fused {i}" for i in range(8)]
    assert set(table.sets["kind"]) == {"fused"}
    assert (table.profile, table.model, table.data) == ("embedded", "a model", ("pairs",))
    assert table.settings["evaluation"] == "twenty questions"
    assert table.remarks == ()


def test_sets_of_the_same_rows_are_one_observation_with_their_mean_loss(measured: Measured) -> None:
    sets = measured.sets(7)
    again = [replace(sets[2], name="again", members=sets[2].members.iloc[::-1]), replace(sets[2], name="once more")]
    logs = np.linspace(0.2, 1.0, 9)
    number = add_experiment(measured.store, measured.folder, "one", [*sets, *again], dict(enumerate(logs, start=1)))
    table = measured.table(number)
    assert len(table.sets) == 7 and "3 of 9 models were tuned on the same rows, so" in table.remarks[-1]
    mean = np.exp(logs[[2, 7, 8]]).mean()
    assert table.sets["log_loss"].loc["fused 2 (mean of 3)"] == pytest.approx(np.log(mean))
    assert table.sets["log_loss"].drop("fused 2 (mean of 3)").tolist() == pytest.approx([*logs[:2], *logs[3:7]])
    assert table.losses is not None
    assert table.losses.mean(axis=1) == pytest.approx(np.exp(table.sets["log_loss"].to_numpy()))


def test_by_tokens_long_responses_weigh_more(measured: Measured) -> None:
    number = add_experiment(measured.store, measured.folder, "one", measured.sets(3), {1: 0.2, 2: 0.5, 3: 0.9})
    chosen = [measured.store.experiments.get(number)]
    by_token = table_of_experiments(measured.store, chosen, INDICATORS, outcome=Outcome.TOKEN)
    lines = measured.store.experiments.example_losses("job one").query("number == 1")
    assert by_token.sets["log_loss"].iloc[0] == pytest.approx(
        np.log(np.average(lines["loss_nats_per_token"], weights=lines["tokens"]))
    )
    assert by_token.losses is not None and by_token.weights is not None
    weighed = by_token.losses @ by_token.weights / by_token.weights.sum()
    assert np.log(weighed) == pytest.approx(by_token.sets["log_loss"].to_numpy())


def test_means_of_logs_are_kept_beside_the_means(measured: Measured) -> None:
    number = add_experiment(measured.store, measured.folder, "one", measured.sets(3), {1: 0.2, 2: 0.5, 3: 0.9})
    table = measured.table(number)
    assert table.mean_logs is not None
    assert table.mean_logs["output_length"].iloc[1] == pytest.approx(
        np.log(measured.scores["output_length"].iloc[3:8]).mean()
    )


def test_distances_within_a_set_are_to_its_own_rows(measured: Measured) -> None:
    rows = [Row(f"question {i}", "", f"answer {i}") for i in range(ROWS)]
    vectors = np.random.default_rng(0).normal(size=(ROWS, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    take_embeddings(measured.store, measured.folder, "vectors", rows, "a model", vectors)
    number = add_experiment(measured.store, measured.folder, "one", measured.sets(3), {1: 0.2, 2: 0.5, 3: 0.9})
    chosen = [measured.store.experiments.get(number)]
    table = table_of_experiments(measured.store, chosen, INDICATORS, within_sets=Neighbours("a model", 2))
    own = vectors[3:8]
    between = np.sort(np.linalg.norm(own[:, None] - own[None], axis=2), axis=1)
    assert table.sets["knn_distance"].iloc[1] == pytest.approx(between[:, 2].mean(), rel=1e-5)
    assert table.remarks[-1] == "The KNN distance is measured within each set."
    scaled = table.transformed()
    rule = learn_rule(fit_ols(scaled.sets, ["knn_distance"]), "x", "X", terms=scaled.terms)
    assert rule.learned is not None
    assert rule.learned.ranges == {} and rule.learned.spread is None, "rows are not held within another scale's range"


def test_the_untuned_model_is_no_set(measured: Measured) -> None:
    table = measured.table(
        add_experiment(measured.store, measured.folder, "one", measured.sets(6), {n: 1.0 + n for n in range(7)})
    )
    assert len(table.sets) == 6
    assert table.untuned_loss == pytest.approx(np.exp(1.0))


def test_losses_of_examples_have_the_table_s_mean(measured: Measured) -> None:
    table = measured.table(
        add_experiment(measured.store, measured.folder, "one", measured.sets(6), {n: 0.2 * n for n in range(1, 7)})
    )
    assert table.losses is not None and table.losses.shape == (6, 5)
    np.testing.assert_allclose(np.log(table.losses.mean(axis=1)), table.sets["log_loss"])


def test_sets_without_a_loss_are_left_out_and_that_is_said(measured: Measured) -> None:
    table = measured.table(
        add_experiment(measured.store, measured.folder, "one", measured.sets(8), {2: 0.3, 5: 0.4, 7: 0.1})
    )
    assert list(table.sets.index) == ["fused 1", "fused 4", "fused 6"]
    assert table.remarks == ("Excluded: 5 of 8 sets of one, no loss yet.",)
    assert table.losses is not None and len(table.losses) == 3


def test_experiments_alike_stand_in_one_table_each_with_its_own_losses(measured: Measured) -> None:
    first = add_experiment(measured.store, measured.folder, "one", measured.sets(4), {n: 0.1 * n for n in range(1, 5)})
    second = add_experiment(
        measured.store, measured.folder, "two", measured.sets(5, 7), {n: 0.7 * n for n in range(1, 6)}
    )
    table = measured.table(first, second)
    np.testing.assert_allclose(table.sets["log_loss"], [0.1, 0.2, 0.3, 0.4, 0.7, 1.4, 2.1, 2.8, 3.5])
    assert table.sets.index.is_unique and "fused 0 of two" in table.sets.index
    assert table.losses is not None
    np.testing.assert_allclose(np.log(table.losses.mean(axis=1)), table.sets["log_loss"])


def test_experiments_that_tuned_otherwise_are_refused(measured: Measured) -> None:
    first = add_experiment(measured.store, measured.folder, "one", measured.sets(4), {1: 0.1})
    second = add_experiment(
        measured.store, measured.folder, "two", measured.sets(4), {1: 0.1}, {**SPEC, "tuning": {"epochs": 3}}
    )
    assert not comparable(measured.store.experiments.get(first).spec, measured.store.experiments.get(second).spec)
    with pytest.raises(RegressionError, match="two used other tuning or evaluation settings than one"):
        measured.table(first, second)
    with pytest.raises(RegressionError, match="No experiment"):
        measured.table()


def test_losses_on_other_questions_of_the_same_set_are_not_compared(measured: Measured) -> None:
    specs = [SPEC, {**SPEC, "questions": "a"}, {**SPEC, "questions": "a"}, {**SPEC, "questions": "b"}]
    numbers = [
        add_experiment(measured.store, measured.folder, str(i), measured.sets(4), {1: 0.1}, spec)
        for i, spec in enumerate(specs)
    ]
    older, one, same, other = (measured.store.experiments.get(number).spec for number in numbers)
    assert comparable(older, one) and comparable(one, same) and not comparable(one, other)


def test_a_set_none_of_whose_rows_is_scored_is_left_out(measured: Measured) -> None:
    rows = [Row(f"new {i}", "", "text") for i in range(5)]
    other = add_dataset(measured.store, "unscored", rows)
    members = pd.DataFrame(
        {"row_id": [n for batch in measured.store.rows.iterate(other.dataset_id) for n, _ in batch]}
    ).assign(dataset_id=other.dataset_id)
    half = pd.concat([measured.scores.loc[:4, ["dataset_id", "row_id"]], members])
    sets = [
        *measured.sets(6), CandidateSet("new", Kind.WHOLE, members), CandidateSet("half", Kind.WHOLE, half)
    ]  # fmt: skip
    table = measured.table(
        add_experiment(measured.store, measured.folder, "one", sets, {n: 0.1 * n for n in range(1, 9)})
    )
    assert "new" not in table.sets.index
    assert any("Excluded: 1 set without any scored row." in each for each in table.remarks)
    assert any("In 1 set some rows have no score" in each for each in table.remarks)
    np.testing.assert_allclose(table.sets.loc["half", "reward"], measured.scores.loc[:4, "reward"].mean())


def test_an_example_that_a_set_was_not_measured_on_leaves_no_losses_to_redraw(measured: Measured) -> None:
    number = add_experiment(measured.store, measured.folder, "one", measured.sets(6), {n: 0.1 * n for n in range(1, 6)})
    lines = measured.store.experiments.example_losses("job one", [1]).query("example < 3").assign(number=6)
    part = measured.folder / "losses-0006.parquet"
    lines.to_parquet(part)
    measured.store.parts.take("job one", [part])
    table = measured.table(number)
    assert len(table.sets) == 6 and table.losses is None


def test_measured_sets_are_counted_by_job_without_the_untuned_model(measured: Measured) -> None:
    add_experiment(measured.store, measured.folder, "one", measured.sets(4), {0: 1.0, 1: 0.1, 3: 0.2})
    add_experiment(measured.store, measured.folder, "two", measured.sets(4), {0: 1.0})
    assert measured.store.experiments.measured_counts() == {"job one": 2}
    take_losses(measured.store, measured.folder, "job two", {2: 0.5})
    assert measured.store.experiments.measured_counts() == {"job one": 2, "job two": 1}


def test_experiments_with_enough_sets_are_learned_from_first_and_proofs_last() -> None:
    proof = {"plan": {"proof": ProofPlan(1, "Best").as_dict()}}
    made = {"proof": (proof, 9), "few": ({}, FEWEST_SETS - 1), "new": ({}, 9), "empty": ({}, 0), "old": ({}, 9)}
    newest_first = [
        SavedExperiment(number, name, spec, datetime.now(UTC), name, 9)
        for number, (name, (spec, _)) in enumerate(made.items())
    ]
    found = best_to_learn_from(newest_first, {name: measured for name, (_, measured) in made.items()})
    assert [each.name for each in found] == ["new", "old", "few", "proof"]
