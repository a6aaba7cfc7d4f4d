"""The reward is fitted on what systems are worth within an instruction, and measured on families not seen."""

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from core.indicators.heads.example import Example
from core.indicators.heads.features import REWARD
from core.indicators.heads.reward_examples import Pair, faulty_examples, system_examples
from core.indicators.heads.reward_measures import answer_agreement, pair_agreement, system_agreements
from core.indicators.heads.reward_systems import Boards, System, family, log_odds, system_kept_back
from core.indicators.heads.train_reward import LEAST_TARGET, MEAN, SPREAD, Rows, fit, targets
from core.models.trust import Use
from core.rows.row import Row

WIDTH = 4


def systems(*rates: float) -> dict[str, System]:
    return {f"system {i}": System(f"system {i}", rate, rate / 2) for i, rate in enumerate(rates)}


def test_log_odds_are_held_within_one_per_cent() -> None:
    assert log_odds(75) == pytest.approx(math.log(3))
    assert [log_odds(0), -log_odds(100)] == pytest.approx([math.log(1 / 99)] * 2)


def test_variants_of_a_model_are_on_the_same_side() -> None:
    assert family("gpt4_0613") == family("aligner-2b_gpt-4-turbo-2024-04-09")
    assert family("vicuna-7b") != family("vicuna-13b")
    assert len({system_kept_back(name) for name in ("Qwen1.5-72B-Chat", "Qwen2-72B-Instruct")}) == 1


def test_a_faulty_answer_ought_to_get_less_than_the_one_it_is_made_from() -> None:
    known = systems(50, 1)
    answers = [Example(Row("q", "", "a"), 0, name, fault) for name in known for fault in ("", "curt")]
    good = (log_odds(50) + log_odds(25)) / 2
    assert targets(answers, known).tolist() == pytest.approx([good, good - 1.5, log_odds(1), LEAST_TARGET])


@pytest.fixture
def rows() -> Rows:
    """Answers of six systems to twenty instructions; what a system is worth shows in one feature and one state."""
    rng = np.random.default_rng(0)
    known = systems(5, 10, 20, 40, 60, 80)
    examples, features = [], []
    for group in range(20):
        for name, system in known.items():
            examples.append(Example(Row(f"q{group}", "", name), group, name))
            values = rng.normal(size=len(REWARD) + 2 * WIDTH)
            values[[0, len(REWARD)]] += system.target + group  # the instruction's own part is no merit
            features.append(values)
    return Rows(examples, np.array(features))


def test_the_fit_finds_what_systems_are_worth_and_keeps_the_scale_of_rewards(rows: Rows) -> None:
    head = fit(rows, systems(5, 10, 20, 40, 60, 80))
    rewards = head.score("reward", rows.features)
    assert (rewards.mean(), rewards.std()) == pytest.approx((MEAN, SPREAD))
    means = rewards.reshape(20, 6).mean(axis=0)
    assert (np.diff(means) > 0).all()
    far = rows.features.copy()
    far[:, 0] = 1e9
    assert np.ptp(head.score("reward", far)) < 20, "a single odd feature carries no score off"


def test_agreement_is_that_of_the_means_by_range_beside_length() -> None:
    known = systems(3, 10, 20, 30, 50, 60)
    examples = [Example(Row(f"q{i}", "", "a" * n), i, name) for i in (0, 1) for n, name in enumerate(known, 1)]
    rewards = np.tile([1.0, 2, 4, 3, 9, 8], 2)
    found = {each.compared_with: each for each in system_agreements(examples, rewards, known)}
    middle = found["win rates of unseen systems of 5 to 40%"]
    assert (middle.value, middle.count, middle.reference_value) == (0.5, 3, 1.0)  # 1 − 6 · 2 / (3 · 8)
    assert found["win rates of unseen systems above 40%"].value == -1.0


def test_only_equally_long_answers_of_systems_that_differ_are_compared() -> None:
    known = systems(10, 12, 30, 50)
    lengths = [100, 100, 95, 50]
    examples = [Example(Row("q", "", "a" * n), 0, name) for n, name in zip(lengths, known, strict=True)]
    found = answer_agreement(examples, np.array([1.0, 5.0, 2.0, 0.0]), known)
    assert (found.count, found.value, found.reference_value) == (2, 0.5, 0.0)


def test_a_share_of_pairs_is_of_those_with_the_better_answer_on_top() -> None:
    pairs = [Pair(Row("q", "", "good"), Row("q", "", "worse, longer")), Pair(Row("q", "", "good"), Row("q", "", "bad"))]
    found = pair_agreement("pairs", pairs, np.array([1.0, 0.0, 0.5, 0.5]), Use.ROWS)
    assert (found.value, found.reference_value, found.count) == (0.5, 0.5, 2)


def test_boards_are_read_and_parted(tmp_path: Path) -> None:
    names = ["gpt4", "vicuna-7b", "gemma-2b-it", "Qwen2-72B-Instruct", "claude-2", "zephyr-7b", "baize-v2", "oasst"]
    rates = "".join(f"{name},{name}.jsonl,{20 + i},{10 + i}\n" for i, name in enumerate(names[:2]))
    (tmp_path / "leaderboard.csv").write_text("system,file,win_rate,length_controlled_win_rate\n" + rates, "utf-8")
    asked = [f"question {i}?" for i in range(10)]
    for name in names[:2]:
        lines = [json.dumps({"instruction": text, "output": f"{name} says so. And more."}) for text in asked]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    with gzip.open(tmp_path / "more.jsonl.gz", "wt") as stream:
        for name in names[2:]:
            for text in asked:
                stream.write(json.dumps({"system": name, "instruction": text, "output": f"{name}: yes."}) + "\n")
    rates = "".join(f"{name},{20 + i},{10 + i}\n" for i, name in enumerate(names[2:]))
    (tmp_path / "more.csv").write_text("system,win_rate,length_controlled_win_rate\n" + rates, "utf-8")
    boards = Boards.read(tmp_path, tmp_path / "more.jsonl.gz")
    fitted, kept_back = (system_examples(boards, side) for side in (False, True))
    assert (
        len({each.row.instruction for each in fitted}) == 6 and len({each.row.instruction for each in kept_back}) == 4
    )
    assert {each.system for each in fitted} | {each.system for each in kept_back} == set(names)
    assert not {each.system for each in fitted} & {each.system for each in kept_back}
    assert all(each.fault and each.system in {one.system for one in fitted} for each in faulty_examples(boards))
    assert faulty_examples(boards) == faulty_examples(boards)
