"""Fit the embedded reward head on systems' win rates, and measure it on systems and instructions that it has not seen.

    python -m core.indicators.heads.train_reward --systems FOLDER --preferences PAIRS.jsonl.gz --cache FOLDER
        [--instructions 150] [--unread MARK ...]

FOLDER has `leaderboard.csv` (`system`, `file`, `win_rate`) and the named files in Alpaca form; PAIRS has `instruction`,
`chosen`, `rejected`, `margin` (0 to 1) and `system` in each line, one side the baseline's answer. The target of an
answer is the logit of its system's win rate; of a faulty answer, so much less. Answers to one instruction are compared
with each other only, so what an instruction is about is no part of the reward.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from core.environment import read_environment
from core.indicators.heads.features import REWARD
from core.indicators.heads.head import Heads, design
from core.indicators.heads.reward_examples import (
    BASELINE,
    FAULTS,
    LEAST_TARGET,
    Example,
    Systems,
    board_examples,
    reward_examples,
)
from core.indicators.heads.state_cache import reward_features_of
from core.indicators.heads.training_command import training_parser
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.trust import Agreement, Trust

STRENGTH = 20.0  # of the ridge penalty
STATES_SCALE = 0.05  # how much more than the others their 576 columns are held back: there are but 56 systems
FAULT_WEIGHT = 0.1
MARKDOWN = ("log lines", "a list", "bold")  # not read: small models imitate the look of good answers easily
STRONG = 0.8  # Spearman over systems from which the reward is no longer called weak
PAIRS, LENGTH = "GPT-4's choice in pairs of unseen instructions and systems", "length alone"
SYSTEM_FOLDS, INSTRUCTION_FOLDS, SEEDS = 6, 3, 4
MEASURED_INSTRUCTIONS = 60  # never fitted on


def fit(
    features: np.ndarray, targets: np.ndarray, groups: np.ndarray, weights: np.ndarray, unread: Sequence[str] = MARKDOWN
) -> Heads:
    """Ridge regression of targets on features, both less their mean over the instruction.

    Args:
        features: of `core.indicators.heads.features`, shape (rows, features).
        groups: number of each row's instruction.
        unread: marks that the head is not to read.
    """
    from sklearn.linear_model import Ridge

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    columns = design(features, mean, scale, len(REWARD))
    held = np.ones(columns.shape[1])
    held[[REWARD.index(name) for name in unread]] = 0.0
    held[len(REWARD) : -1] = STATES_SCALE
    line = Ridge(alpha=STRENGTH, fit_intercept=False)
    line.fit(within(columns * held, groups), within(targets, groups), sample_weight=weights)
    coefficients = line.coef_ * held
    return Heads(mean, scale, {"reward": np.append(coefficients, -(columns @ coefficients).mean())}, False, {})


def within(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Values less their mean over the group."""
    sums = np.zeros((groups.max() + 1, *values.shape[1:]))
    np.add.at(sums, groups, values)
    counts = np.maximum(np.bincount(groups, minlength=len(sums)), 1).reshape(-1, *[1] * (values.ndim - 1))
    return values - (sums / counts)[groups]


def row_weights(examples: Sequence[Example]) -> np.ndarray:
    """Systems with many rows weigh less each, faulty answers less than real ones; real ones weigh 1 on average."""
    counts: dict[str, int] = {}
    for each in examples:
        counts[each.system] = counts.get(each.system, 0) + (not each.fault)
    weights = np.array([1 / np.sqrt(max(1, counts[each.system])) for each in examples])
    faulty = np.array([bool(each.fault) for each in examples])
    weights /= weights[~faulty].mean()
    weights[faulty] = FAULT_WEIGHT
    return weights


def targets_of(examples: Sequence[Example], of_system: dict[str, float]) -> np.ndarray:
    """What the reward of each answer ought to be, in logits of a win rate."""
    return np.array(
        [
            max(LEAST_TARGET, of_system[each.system] - FAULTS[each.fault]) if each.fault else of_system[each.system]
            for each in examples
        ]
    )


@dataclass(frozen=True)
class Rows:
    """Examples with what there is to read of them, the numbers of their instructions, and the marks not to be read."""

    examples: list[Example]
    features: np.ndarray
    groups: np.ndarray
    unread: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], models: ModelPool, cache: Path, unread: Sequence[str]) -> "Rows":
        features = reward_features_of([each.row for each in examples], models, cache)
        whole = ~np.isnan(features).any(axis=1)
        kept = [each for each, kept in zip(examples, whole, strict=True) if kept]
        return cls(kept, features[whole], np.array([each.group for each in kept]), tuple(unread))

    def where(self, mask: np.ndarray) -> "Rows":
        examples = [self.examples[i] for i in np.flatnonzero(mask).tolist()]
        return Rows(examples, self.features[mask], self.groups[mask], self.unread)

    def head(self, of_system: dict[str, float]) -> Heads:
        targets, weights = targets_of(self.examples, of_system), row_weights(self.examples)
        return fit(self.features, targets, self.groups, weights, self.unread)


def held_out_rewards(
    trained: Rows, board: Rows, of_system: dict[str, float], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The reward of each answer by a head that has seen neither its system nor its instruction.

    Returns: of the training rows and of the board's, whose instructions no head sees.
    """
    rng = np.random.default_rng(seed)
    names = sorted(of_system)
    fold_of = dict(zip(rng.permutation(names).tolist(), np.arange(len(names)) % SYSTEM_FOLDS, strict=True))
    system, of_board = (np.array([fold_of[each.system] for each in rows.examples]) for rows in (trained, board))
    instruction = rng.permutation(trained.groups.max() + 1)[trained.groups] % INSTRUCTION_FOLDS
    rewards, on_board = np.full(len(system), np.nan), np.full(len(of_board), np.nan)
    for fold in range(SYSTEM_FOLDS):
        head = trained.where(system != fold).head(of_system)
        on_board[of_board == fold] = head.score("reward", board.features[of_board == fold])
        for part in range(INSTRUCTION_FOLDS):
            head = trained.where((system != fold) & (instruction != part)).head(of_system)
            held = (system == fold) & (instruction == part)
            rewards[held] = head.score("reward", trained.features[held])
    return rewards, on_board


def agreement_with_systems(board: Rows, rewards: np.ndarray, of_system: dict[str, float]) -> tuple[float, float, float]:
    """Spearman of systems' mean values and their win rates: of the reward, of length, of the reward given length."""
    systems = np.array([each.system for each in board.examples])
    lengths = np.array([len(each.row.output) for each in board.examples], float)
    names = sorted(set(systems.tolist()))
    means = [[values[systems == name].mean() for name in names] for values in (rewards, lengths)]
    r = np.corrcoef([rankdata(means[0]), rankdata(means[1]), rankdata([of_system[name] for name in names])])
    partial = (r[0, 2] - r[0, 1] * r[1, 2]) / np.sqrt((1 - r[0, 1] ** 2) * (1 - r[1, 2] ** 2))
    return float(r[0, 2]), float(r[1, 2]), float(partial)


def agreement_on_pairs(examples: Sequence[Example], values: np.ndarray) -> tuple[float, int]:
    """Share of GPT-4's preferences ordered rightly, and how many there are."""
    baseline = {each.group: i for i, each in enumerate(examples) if each.system == BASELINE and not each.fault}
    right = [
        (values[i] > values[baseline[each.group]]) == (each.beats_baseline > 0.5)
        for i, each in enumerate(examples)
        if each.beats_baseline is not None and each.beats_baseline != 0.5
    ]
    return float(np.mean(right)), len(right)


def measure(trained: Rows, board: Rows, of_system: dict[str, float]) -> tuple[Agreement, ...]:
    """What the shipped file says of itself: means over several ways of leaving systems and instructions out."""
    found = []
    for seed in range(SEEDS):
        rewards, on_board = held_out_rewards(trained, board, of_system, seed)
        right, count = agreement_on_pairs(trained.examples, rewards)
        found.append((right, *agreement_with_systems(board, on_board, of_system)))
    print("pairs, Spearman over systems, of length, partial: mean and spread over", SEEDS, "seeds")
    print(np.mean(found, axis=0).round(3), np.std(found, axis=0).round(3), flush=True)
    right, ranked, by_length, given = (round(float(each), 3) for each in np.mean(found, axis=0))
    lengths = np.array([len(each.row.output) for each in trained.examples], float)
    longer_right = round(agreement_on_pairs(trained.examples, lengths)[0], 3)
    systems = len({each.system for each in board.examples})
    left_out = f"win rates of {systems} systems left out"
    return (
        Agreement(PAIRS, "share right", right, count, LENGTH, longer_right),
        Agreement(left_out, "Spearman", ranked, systems, LENGTH, by_length),
        Agreement(f"{left_out}, given length", "partial Spearman", given, systems),
    )


def main() -> None:
    parser = training_parser(__doc__ or "")
    parser.add_argument("--unread", nargs="*", default=MARKDOWN, choices=REWARD, help="none given: all marks are read")
    asked = parser.parse_args()
    models = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    systems = Systems.read(asked.systems, asked.preferences)
    trained = Rows.of(reward_examples(systems, asked.instructions), models, asked.cache, asked.unread)
    board = Rows.of(board_examples(systems, MEASURED_INSTRUCTIONS), models, asked.cache, asked.unread)
    present = {each.system for each in trained.examples}
    of_system = {name: value for name, value in systems.targets().items() if name in present}
    agreements = measure(trained, board, of_system)
    head = trained.head(of_system)
    source = (
        "A linear head on the text's surface and on how SmolLM2 sees it, fitted on the AlpacaEval win rates (GPT-4) "
        f"of {len(present)} systems."
    )
    pairs, systems_agreement = agreements[:2]
    weak = pairs.value <= (pairs.reference_value or 0) or systems_agreement.value < STRONG
    trust = Trust(source, weak, agreements)
    print(trust.sentence)
    print(Heads(head.mean, head.scale, head.weights, False, {"reward": trust}).save(asked.output, "reward"))


if __name__ == "__main__":
    main()
