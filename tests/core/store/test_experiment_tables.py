"""What the store keeps of experiments: sets, losses taken in once, and means over what is scored."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import StoreError
from core.indicators.base import ScorerKey
from core.rows.candidate_set import UNTUNED, CandidateSet, Kind
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row
from core.store import Store
from tests.scored_store import add_dataset, take_scores

ROWS = [Row(f"Question {i}?", "", f"Answer {i}.") for i in range(6)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store.open(tmp_path / "studio.duckdb")
    add_dataset(opened, "pool", ROWS)
    return opened


def some_sets(store: Store) -> list[CandidateSet]:
    ids = [number for batch in store.rows.iterate(1) for number, _ in batch]
    first = pd.DataFrame({"dataset_id": 1, "row_id": [ids[4], ids[0], ids[2]]})
    second = pd.DataFrame({"dataset_id": 1, "row_id": [ids[5], ids[1]]})
    return [CandidateSet("a", Kind.FUSED, first, {"r": {"1": 0.5}}), CandidateSet("b", Kind.RANDOM, second)]


def write_losses(folder: Path, number: int, *lines: tuple[int, int, int, float]) -> Path:
    frame = pd.DataFrame(lines, columns=["example", "response", "tokens", "loss_nats_per_token"]).assign(number=number)
    path = folder / f"losses-{number:04d}.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    return path


def test_sets_come_back_with_their_rows_in_order(store: Store) -> None:
    sets = some_sets(store)
    number = store.experiments.add("E", {"profile": "embedded"}, sets)
    for kept, made in zip(store.experiments.candidate_sets(number), sets, strict=True):
        assert (kept.name, kept.kind, dict(kept.detail)) == (made.name, made.kind, dict(made.detail))
        assert kept.members["row_id"].tolist() == made.members["row_id"].tolist()
    assert store.experiments.get(number).sets == 2


def test_losses_are_averaged_by_instruction_and_by_token_and_taken_in_once(store: Store, tmp_path: Path) -> None:
    part = write_losses(tmp_path, 1, (0, 0, 10, 1.0), (0, 1, 30, 3.0), (1, 0, 60, 4.0))
    assert store.parts.take("job", [part]) == 3
    assert store.parts.take("job", [part]) == 0
    found = store.experiments.losses("job").iloc[0]
    assert found["loss_per_example"] == pytest.approx(3.0)
    assert found["loss_per_token"] == pytest.approx((10 + 90 + 240) / 100)
    assert found["standard_error"] == pytest.approx(np.std([2.0, 4.0], ddof=1) / 2**0.5)


def test_a_set_that_is_known_is_not_taken_in_again_from_a_part_of_another_name(store: Store, tmp_path: Path) -> None:
    store.parts.take("job", [write_losses(tmp_path, 1, (0, 0, 10, 1.0))])
    again = write_losses(tmp_path, 1, (0, 0, 10, 9.0)).rename(tmp_path / "losses-copy.parquet")
    assert store.parts.take("job", [again]) == 0
    assert store.experiments.losses("job")["loss_per_example"].tolist() == [1.0]


def test_losses_of_two_jobs_and_of_the_untuned_model_are_kept_apart(store: Store, tmp_path: Path) -> None:
    store.parts.take("one", [write_losses(tmp_path, UNTUNED, (0, 0, 5, 2.0))])
    store.parts.take("two", [write_losses(tmp_path, UNTUNED, (0, 0, 5, 7.0))])
    assert store.experiments.losses("one")[["number", "loss_per_example"]].to_numpy().tolist() == [[0, 2.0]]
    assert store.experiments.example_losses("two", [UNTUNED])["loss_nats_per_token"].tolist() == [7.0]
    assert store.experiments.example_losses("two", [3]).empty


def test_means_are_over_the_rows_that_are_scored_and_say_how_many_those_are(store: Store, tmp_path: Path) -> None:
    key = ScorerKey.of("reward", "m", {})
    take_scores(store, tmp_path, "scores", ROWS[:5], [key], {"reward": [0.0, 1.0, 2.0, 3.0, 4.0]})
    store.matrix.refresh({1: [key]})
    number = store.experiments.add("E", {}, some_sets(store))
    means = store.experiments.indicator_means(number, ["reward", "mtld"])
    assert means["number"].tolist() == [1, 2]
    assert means["scored_rows"].tolist() == [3, 1]
    assert means["reward"].tolist() == [2.0, 1.0]
    assert "mtld" not in means


def test_forgetting_an_experiment_forgets_its_losses_and_leaves_the_rows(store: Store, tmp_path: Path) -> None:
    number = store.experiments.add("E", {}, some_sets(store), "job")
    store.parts.take("job", [write_losses(tmp_path, 1, (0, 0, 10, 1.0))])
    store.experiments.delete(number)
    assert store.experiments.all() == []
    assert store.experiments.losses("job").empty
    assert store.datasets.get(1).rows == len(ROWS)
    with pytest.raises(StoreError, match="has been deleted"):
        store.experiments.get(number)


def test_experiments_and_evaluation_sets_survive_a_restart(store: Store, tmp_path: Path) -> None:
    examples = [EvaluationExample("Why?", "", ("Because.", "So."))]
    evaluation = store.evaluation_sets.add("mine", examples, "made by hand")
    number = store.experiments.add("E", {"plan": [1]}, some_sets(store))
    store.close()
    with Store.open(tmp_path / "studio.duckdb") as again:
        assert again.experiments.get(number).spec == {"plan": [1]}
        assert again.evaluation_sets.examples(evaluation) == examples
        kept = again.evaluation_sets.all()[0]
        assert (kept.name, kept.examples, kept.responses) == ("mine", 1, 2)
        with pytest.raises(StoreError, match="of this name"):
            again.evaluation_sets.add("mine", examples)
        again.evaluation_sets.delete(evaluation)
        assert again.evaluation_sets.all() == []
