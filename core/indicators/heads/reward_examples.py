"""Training rows of the reward: answers of systems whose win rates are known, and faulty answers made from good ones."""

import gzip
import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.indicators.heads import corruptions
from core.rows.row import Row

BASELINE = "gpt4_1106_preview"  # one side of every preference
GOOD_WIN_RATE = 10.0  # per cent; faulty answers are made from those of systems above it
MORE_SYSTEMS, FAULTS_EACH = 5, 4  # answers of further systems, and faulty ones, for each instruction
FAULT_WORDS = 110  # of the answer that a fault is made from, so that it is in view of the heads

# How far, in logits of the win rate, a faulty answer is put below the one that it is made from.
FAULTS = {
    "garbled": 4.0, "shuffled": 4.0, "repeated": 3.0, "truncated": 1.5, "off_topic": 3.5, "curt": 1.5, "rambling": 3.0,
}  # fmt: skip
LEAST_TARGET = -5.5


@dataclass(frozen=True)
class Example:
    """An answer.

    Attributes:
        group: number of its instruction.
        system: who gave it, or gave the answer that it is made from.
        fault: which of `FAULTS` it was given, "" for none.
        beats_baseline: GPT-4's probability that it is better than the baseline's answer; None where not asked.
    """

    row: Row
    group: int
    system: str
    fault: str = ""
    beats_baseline: float | None = None


@dataclass(frozen=True)
class Systems:
    """Answers by instruction and system, and preferences by instruction, of a folder in AlpacaEval's form."""

    board: pd.DataFrame
    answers: Mapping[str, Mapping[str, str]]
    preferences: Mapping[str, Sequence[tuple[str, str, float]]]  # system, answer, beats the baseline

    @classmethod
    def read(cls, folder: Path, pairs: Path) -> "Systems":
        """Read `leaderboard.csv` and its files, and the pairs."""
        board = pd.read_csv(folder / "leaderboard.csv")
        answers: dict[str, dict[str, str]] = {}
        for system, file in zip(board["system"], board["file"], strict=True):
            for line in map(json.loads, (folder / file).read_text(encoding="utf-8").splitlines()):
                answers.setdefault(line["instruction"], {})[system] = line["output"]
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
        board = {s: logit(rate / 100) for s, rate in zip(self.board["system"], self.board["win_rate"], strict=True)}
        chances: dict[str, list[float]] = {}
        for pairs in self.preferences.values():
            for system, _, chance in pairs:
                chances.setdefault(system, []).append(chance)
        seen = {system: logit((sum(each) + 0.5) / (len(each) + 5)) for system, each in chances.items()}
        shared = sorted(set(seen) & set(board))
        slope, start = np.polyfit([seen[s] for s in shared], [board[s] for s in shared], 1)
        return {system: float(slope * value + start) for system, value in seen.items()} | board


def logit(chance: float) -> float:
    """log odds, of chances within 0.01 and 0.99."""
    inside = min(max(chance, 0.01), 0.99)
    return math.log(inside / (1 - inside))


def shuffled_instructions(systems: Systems, rng: random.Random) -> list[str]:
    """All instructions, in the order in which they are trained on; the last ones are measured on."""
    asked = sorted(systems.answers)
    rng.shuffle(asked)
    return asked


def board_examples(systems: Systems, instructions: int, seed: int = 0) -> list[Example]:
    """The answers of all systems of the board to the last of the instructions, for measuring."""
    asked = shuffled_instructions(systems, random.Random(seed))
    return [
        Example(Row(instruction, "", systems.answers[instruction][system]), group, system)
        for group, instruction in enumerate(asked[-instructions:])
        for system in systems.board["system"]
        if systems.answers[instruction].get(system, "").strip()
    ]


def reward_examples(systems: Systems, instructions: int, seed: int = 0) -> list[Example]:
    """For each of some random instructions: all compared answers, five of further systems, and four faulty ones."""
    rng = random.Random(seed)
    asked = shuffled_instructions(systems, rng)
    names = list(systems.board["system"])
    good = set(systems.board.loc[systems.board["win_rate"] > GOOD_WIN_RATE, "system"])
    made: list[Example] = []
    turn = 0
    for group, instruction in enumerate(asked[:instructions]):
        answers = systems.answers[instruction]
        made.append(Example(Row(instruction, "", answers[BASELINE]), group, BASELINE))
        have = {BASELINE}
        for system, answer, chance in systems.preferences.get(instruction, ()):
            if answer.strip():
                made.append(Example(Row(instruction, "", answer), group, system, beats_baseline=chance))
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
        for fault in rng.sample(list(FAULTS), FAULTS_EACH):
            system = rng.choice(able)
            text = _with_fault(fault, answers[system], others, rng)
            if text.strip():
                made.append(Example(Row(instruction, "", text), group, system, fault))
    return made


def _with_fault(fault: str, text: str, others: Sequence[str], rng: random.Random) -> str:
    short = " ".join(text.split(" ")[:FAULT_WORDS])
    if fault == "garbled":
        return corruptions.garbled(short, rng, rng.uniform(0.3, 1))
    if fault == "shuffled":
        return corruptions.shuffled(short, rng, rng.uniform(0.3, 1))
    if fault == "repeated":
        if rng.random() < 0.6:
            return corruptions.repeated(short, rng)
        return corruptions.stuttering(short, rng, rng.uniform(0.3, 0.8))
    if fault == "truncated":
        return corruptions.truncated(short, rng)
    if fault == "curt":
        return corruptions.curt(short, rng)
    if fault == "rambling":
        return corruptions.rambling(short, others, rng)
    return others[0]
