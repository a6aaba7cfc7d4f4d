"""A plan survives JSON, its sets are those of the data, and its cost and results are what one gets by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelUnavailable, SelectionError
from core.experiments.cost import estimate
from core.experiments.plan import ExperimentPlan, first_plan, for_other_sets, make_sets
from core.experiments.presets import PRESETS
from core.experiments.result_table import result_table
from core.experiments.tournament.tuning import LEARNING_RATE, tournament_tuning
from core.finetune.probe import measure_here
from core.finetune.settings import Precision
from core.finetune.speed import Speed
from core.progress import Silent
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row
from core.values import mended


def pool() -> pd.DataFrame:
    """Two datasets that share the rows 1 to 3."""
    rows = [(1, n) for n in range(1, 7)] + [(2, n) for n in (1, 2, 3, 11, 12)]
    return pd.DataFrame(rows, columns=["dataset_id", "row_id"])


def test_a_plan_comes_back_from_json_and_what_is_not_known_any_more_falls_away() -> None:
    plan = replace(first_plan(Precision.BF16), dataset_ids=(2, 5), level_indicators=("reward",), learning_rate=1e-5)
    kept = json.loads(json.dumps(plan.as_dict() | {"of an older studio": 1}))
    assert mended(ExperimentPlan, kept) == plan


def test_the_tuning_of_a_plan_is_the_papers_where_nothing_else_is_chosen() -> None:
    tuning = ExperimentPlan(epochs=3, precision=Precision.INT8).tuning
    assert (tuning.precision, tuning.epochs, tuning.batch_size, tuning.max_tokens) == (Precision.INT8, 3, 8, 512)


def test_what_a_preset_changes_of_the_tuning_fits_the_sets_that_it_draws_and_no_others() -> None:
    trial = ExperimentPlan.of_preset(PRESETS["taste"], Precision.FP32)
    assert (trial.tuned_layers, trial.batch_size, trial.lora_dropout) == (10, 2, 0.0)
    other, usual = for_other_sets(trial).tuning, ExperimentPlan(epochs=1, precision=Precision.FP32).tuning
    assert other == usual and trial.tuning != usual
    tournament = tournament_tuning(trial).tuning
    assert (tournament.batch_size, tournament.learning_rate) == (usual.batch_size, LEARNING_RATE)


def test_a_pair_of_two_datasets_is_drawn_at_most_once_into_a_random_set() -> None:
    plan = ExperimentPlan(fused_sets=0, random_sets=1, rows=8)
    (everything,) = make_sets(plan, pool(), {})
    assert sorted(everything.members["row_id"]) == [1, 2, 3, 4, 5, 6, 11, 12]


def test_sets_are_drawn_from_the_chosen_datasets_only() -> None:
    plan = ExperimentPlan(fused_sets=1, random_sets=1, rows=5, dataset_ids=(2,))
    for each in make_sets(plan, pool(), {}):
        assert sorted(each.members["row_id"]) == [1, 2, 3, 11, 12]
        assert each.composition == {2: 5}


def test_a_plan_without_sets_is_refused() -> None:
    with pytest.raises(SelectionError, match="no candidate set"):
        make_sets(ExperimentPlan(fused_sets=0), pool(), {})


def test_tokens_and_time_are_those_of_a_hand_made_case() -> None:
    rows = [Row("a" * 40, "", "b" * 60), Row("a" * 4_000, "", "b")]  # 25 tokens, and 1,001 that are cut to 100
    examples = [EvaluationExample("c" * 20, "", ("d" * 80, "d" * 8_000))]  # 5 + 20 tokens, 5 + 50 as they are cut
    plan = ExperimentPlan(epochs=2, max_tokens=100, max_evaluation_tokens=50)
    cost = estimate(plan, rows, 30, 20, examples, sets=3)
    assert cost.trained_tokens == round((25 + 100) / 2 * 30 * 2)
    assert cost.measured_tokens == (25 + 55) * 4
    assert cost.cache_bytes(width=576) == ((25 + 100) / 2 * 20 + 25 + 55) * 576 * 2
    speed = Speed(trained_tokens_per_second=10, measured_tokens_per_second=40, load_seconds=2)
    assert cost.seconds(speed) == pytest.approx(3_750 / 10 + 320 / 40 + 4 * 2)


def test_results_are_ratios_and_logs_by_hand_and_missing_where_nothing_is_measured() -> None:
    members = pool().head(2)
    sets = [CandidateSet("one", Kind.FUSED, members), CandidateSet("two", Kind.RANDOM, members)]
    losses = pd.DataFrame({"number": [0, 2], "loss_per_example": [3.0, 2.0], "standard_error": [0.3, 0.1]}).assign(
        loss_per_token=1.0, tuning_seconds=np.nan, train_loss_nats_per_token=np.nan
    )
    means = pd.DataFrame({"number": [1, 2], "scored_rows": [2, 2], "reward": [0.5, 0.7]})
    table = result_table(sets, means, losses).set_index("name")
    assert table.index.tolist() == ["untuned", "one", "two"]
    assert table.loc["two", "relative_quality"] == pytest.approx(1.5)
    assert table.loc["two", "log_loss"] == pytest.approx(0.693147, abs=1e-6)
    assert table.loc["two", "log_loss_error"] == pytest.approx(0.05)
    assert np.isnan(table.loc["one", "log_loss"]) and table.loc["one", "reward"] == 0.5


def test_the_probe_measures_this_computer_in_a_process_of_its_own(models_dir: Path) -> None:
    speed = measure_here("embedded", Precision.FP32, 32, models_dir, Silent())
    assert speed.trained_tokens_per_second > 0
    assert speed.measured_tokens_per_second > speed.trained_tokens_per_second
    assert speed.peak_bytes > 4 * 134_000_000  # its float32 weights alone
    assert speed.device


def test_a_probe_of_a_model_that_is_not_here_says_so(models_dir: Path) -> None:
    with pytest.raises(ModelUnavailable, match="llama"):
        measure_here("paper", Precision.FP32, 32, models_dir, Silent())
