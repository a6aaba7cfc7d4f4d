"""Training rows of the quality heads: answers of systems whose win rates are known, and faulty ones made from them."""

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.indicators.heads.example import Example
from core.indicators.heads.faults import with_fault
from core.indicators.heads.reward_systems import log_odds, read_board
from core.rows.row import Row

BASELINE = "gpt4_1106_preview"  # one side of every preference
GOOD_WIN_RATE = 10.0  # per cent; faulty answers are made from those of systems above it
MORE_SYSTEMS, FAULTS_EACH = 5, 4  # answers of further systems, and faulty ones, for each instruction

FAULTS = ("garbled", "shuffled", "repeated", "truncated", "off_topic", "curt", "rambling")


@dataclass(frozen=True)
class Systems:
    """Answers by instruction and system, and preferences by instruction, of a folder in AlpacaEval's form."""

    board: pd.DataFrame
    answers: Mapping[str, Mapping[str, str]]
    preferences: Mapping[str, Sequence[tuple[str, str, float]]]  # system, answer, beats the baseline

    @classmethod
    def read(cls, folder: Path, pairs: Path) -> "Systems":
        """Read `leaderboard.csv` and its files, and the pairs."""
        board, answers = read_board(folder)
        preferences: dict[str, list[tuple[str, str, float]]] = {}
        with gzip.open(pairs, "rt", encoding="utf-8") as stream:
            for pair in map(json.loads, stream):
                baseline = answers[pair["instruction"]][BASELINE].strip()
                lost = pair["chosen"].strip() == baseline
                answer = pair["rejected"] if lost else pair["chosen"]
                chance = 0.5 - pair["margin"] / 2 if lost else 0.5 + pair["margin"] / 2
                preferences.setdefault(pair["instruction"], []).append((pair["system"], answer, chance))
        return cls(board, answers, preferences)

    def targets(self) -> dict[str, float]:
        """Each system's logit of its win rate against the baseline.

        Where the board does not have a system, its rate over the pairs, brought to the board's scale by the line
        through the systems that are in both.
        """
        board = {s: log_odds(rate) for s, rate in zip(self.board["system"], self.board["win_rate"], strict=True)}
        chances: dict[str, list[float]] = {}
        for pairs in self.preferences.values():
            for system, _, chance in pairs:
                chances.setdefault(system, []).append(chance)
        seen = {system: log_odds(100 * (sum(each) + 0.5) / (len(each) + 5)) for system, each in chances.items()}
        shared = sorted(set(seen) & set(board))
        slope, start = np.polyfit([seen[s] for s in shared], [board[s] for s in shared], 1)
        return {system: float(slope * value + start) for system, value in seen.items()} | board


def answers_and_faults(systems: Systems, instructions: int, seed: int = 0) -> list[Example]:
    """For each of some random instructions: all compared answers, five of further systems, and four faulty ones."""
    rng = random.Random(seed)
    asked = sorted(systems.answers)
    rng.shuffle(asked)
    names = list(systems.board["system"])
    good = set(systems.board.loc[systems.board["win_rate"] > GOOD_WIN_RATE, "system"])
    made: list[Example] = []
    turn = 0
    for group, instruction in enumerate(asked[:instructions]):
        answers = systems.answers[instruction]
        made.append(Example(Row(instruction, "", answers[BASELINE]), group, BASELINE))
        have = {BASELINE}
        for system, answer, _ in systems.preferences.get(instruction, ()):
            if answer.strip():
                made.append(Example(Row(instruction, "", answer), group, system))
                have.add(system)
        taken = 0
        while taken < MORE_SYSTEMS and not have.issuperset(names):
            system = names[turn % len(names)]
            turn += 1
            if system in have:
                continue
            taken += 1
            if answers.get(system, "").strip():
                made.append(Example(Row(instruction, "", answers[system]), group, system))
                have.add(system)
        able = [s for s in names if s in good and answers.get(s, "").strip()]
        others = [systems.answers[i][rng.choice(able)] for i in rng.sample(asked, 4) if i != instruction]
        for fault in rng.sample(FAULTS, FAULTS_EACH):
            system = rng.choice(able)
            text = with_fault(fault, answers[system], others, rng)
            if text.strip():
                made.append(Example(Row(instruction, "", text), group, system, fault))
    return made
