"""Fit the embedded reward head on systems' win rates, and measure it on families and instructions not fitted on.

    python -m core.indicators.heads.train_reward --systems FOLDER --more MORE.jsonl.gz --preferences PAIRS.jsonl.gz
        --spoiled SPOILED.jsonl --cache FOLDER

FOLDER has `leaderboard.csv` (`system`, `file`, `win_rate`, `length_controlled_win_rate`) and the named files in Alpaca
form; MORE has answers of further systems (`system`, `instruction`, `output`), with their rates in `MORE.csv`. PAIRS has
`instruction`, `chosen`, `rejected` and `system` in each line, SPOILED answers beside spoiled copies, as
`python -m tests.core.indicators.heads.spoiled_answers SPOILED.jsonl` writes them; both are measured on only.

The target of an answer is what its system is worth (`core.indicators.heads.reward_systems`); of a faulty answer, so
much less. Answers to one instruction are compared with each other only, so what an instruction is about is no part of
the reward. The head that is measured has seen no family and no instruction of the part that is kept back; the one that
is written is then fitted in the same way on both parts.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.environment import read_environment
from core.indicators.heads.example import Example
from core.indicators.heads.features import REWARD
from core.indicators.heads.head import Heads, design
from core.indicators.heads.reward_examples import (
    FAULTS,
    faulty_examples,
    judged_pairs,
    rows_of,
    spoiled_pairs,
    system_examples,
)
from core.indicators.heads.reward_measures import CHOSEN_AMONG, answer_agreement, pair_agreement, system_agreements
from core.indicators.heads.reward_systems import Boards, System
from core.indicators.heads.state_cache import reward_features_of
from core.indicators.heads.training_command import training_parser
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.trust import Trust, Use

STRENGTH = 300.0  # of the ridge penalty
STATES_SCALE = 0.3  # how much more than the others their 576 columns are held back
FAULT_WEIGHT = 0.5  # of a faulty answer; a system's weighs 1
LEAST_TARGET = -5.5
MEAN, SPREAD = 0.536, 0.959  # of the rewards of systems' answers, as those of the first head: rules lean on its scale
JUDGED = "GPT-4's choice between answers of equal length"
STRONG = {CHOSEN_AMONG: 0.8, JUDGED: 0.7}  # from which on the reward is not called weak


@dataclass(frozen=True)
class Rows:
    """Answers with what there is to read of them."""

    examples: list[Example]
    features: np.ndarray

    @classmethod
    def of(cls, examples: Sequence[Example], models: ModelPool, cache: Path) -> "Rows":
        features = reward_features_of([each.row for each in examples], models, cache)
        whole = ~np.isnan(features).any(axis=1)
        return cls([each for each, kept in zip(examples, whole, strict=True) if kept], features[whole])

    def __add__(self, other: "Rows") -> "Rows":
        return Rows(self.examples + other.examples, np.vstack([self.features, other.features]))


def fit(rows: Rows, systems: Mapping[str, System]) -> Heads:
    """Ridge regression of targets on features, both less their mean over the instruction."""
    from sklearn.linear_model import Ridge

    real = np.array([not each.fault for each in rows.examples])
    groups = np.array([each.group for each in rows.examples])
    mean, scale = _scale(rows.features[real], groups[real])
    columns = design(rows.features, mean, scale, len(REWARD), curved=True)
    held = np.ones(columns.shape[1])
    held[2 * len(REWARD) : -1], held[-1] = STATES_SCALE, 0.0  # nothing of the cosine
    line = Ridge(alpha=STRENGTH, fit_intercept=False)
    weights = np.where(real, 1.0, FAULT_WEIGHT)
    line.fit(within(columns * held, groups), within(targets(rows.examples, systems), groups), sample_weight=weights)
    values = columns[real] @ (line.coef_ * held)
    slope = SPREAD / values.std()
    weight = np.append(slope * line.coef_ * held, MEAN - slope * values.mean())
    return Heads(mean, scale, {"reward": weight}, False, {}, curved=True)


def targets(examples: Sequence[Example], systems: Mapping[str, System]) -> np.ndarray:
    """What the reward of each answer ought to be, in logits of a win rate."""
    worth = np.array([systems[each.system].target for each in examples])
    less = np.array([FAULTS.get(each.fault, 0.0) for each in examples])
    return np.where(less > 0, np.maximum(LEAST_TARGET, worth - less), worth)


def within(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Values less their mean over the group."""
    sums = np.zeros((groups.max() + 1, *values.shape[1:]))
    np.add.at(sums, groups, values)
    counts = np.maximum(np.bincount(groups, minlength=len(sums)), 1).reshape(-1, *[1] * (values.ndim - 1))
    return values - (sums / counts)[groups]


def _scale(features: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of features; that of states within an instruction, which decides most of them."""
    scale = features.std(axis=0)
    scale[len(REWARD) :] = within(features[:, len(REWARD) :], groups).std(axis=0)
    return features.mean(axis=0), scale + 1e-6


def measure(head: Heads, kept_back: Rows, boards: Boards, asked: argparse.Namespace, models: ModelPool) -> Trust:
    """What the shipped file says of itself."""
    rewards = head.score("reward", kept_back.features)
    judged, spoiled = judged_pairs(boards, asked.preferences), spoiled_pairs(asked.spoiled)
    known = [pair for pair in spoiled if not pair.unseen]
    other = [pair for pair in spoiled if pair.unseen]
    agreements = [*system_agreements(kept_back.examples, rewards, boards.systems)]
    for phrase, pairs, use in (
        (JUDGED, judged, Use.ROWS),
        ("spoiled copies of kinds not fitted on", other, Use.FAULTS),
        ("spoiled copies of other kinds", known, Use.FAULTS),
    ):
        features = reward_features_of(rows_of(pairs), models, asked.cache)
        agreements.append(pair_agreement(phrase, pairs, head.score("reward", features), use))
    agreements.insert(-2, answer_agreement(kept_back.examples, rewards, boards.systems))
    source = (
        "A linear head on how the response is written and on how SmolLM2 sees it, fitted on the AlpacaEval win rates "
        f"(GPT-4) of {len(boards.systems)} systems."
    )
    weak = any(each.value < STRONG.get(each.compared_with, -1.0) for each in agreements)
    return Trust(source, weak, tuple(agreements))


def main() -> None:
    parser = training_parser(__doc__ or "")
    parser.add_argument("--more", type=Path, required=True, help="answers of further systems")
    parser.add_argument("--spoiled", type=Path, required=True, help="answers beside spoiled copies")
    asked = parser.parse_args()
    models = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    boards = Boards.read(asked.systems, asked.more)
    fitted, faulty, kept_back = (
        Rows.of(examples, models, asked.cache)
        for examples in (system_examples(boards, False), faulty_examples(boards), system_examples(boards, True))
    )
    trust = measure(fit(fitted + faulty, boards.systems), kept_back, boards, asked, models)
    for each in trust.agreements:
        print(f"{each.sentence}, of {each.count}")
    head = fit(fitted + kept_back + faulty, boards.systems)
    print(Heads(head.mean, head.scale, head.weights, False, {"reward": trust}, True).save(asked.output, "reward"))


if __name__ == "__main__":
    main()
