"""What the reward is fitted and measured on: systems' answers, faults put into them, and pairs that were judged."""

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.indicators.heads.example import Example
from core.indicators.heads.faults import with_reward_fault
from core.indicators.heads.reward_systems import Boards, family, instruction_kept_back, system_kept_back
from core.rows.row import Row

GOOD_WIN_RATE = 10.0  # per cent; faulty answers are made from those of systems above it
FAULTY_INSTRUCTIONS, FIRST_SEED = 30, 1000
EQUAL_LENGTH = 0.1  # of the longer answer's characters, by which the other is shorter at most

# How far, in logits of the win rate, a faulty answer is put below the one that it is made from.
FAULTS = {
    "garbled": 4.0, "shuffled": 4.0, "repeated": 3.0, "truncated": 1.5, "off_topic": 3.5, "curt": 1.5, "rambling": 3.0,
    "flattered": 1.5, "padded": 2.0, "refused": 3.5,
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two answers of which one is better.

    Attributes:
        kind: what makes it better; "" where a judge said so.
        unseen: whether nothing like the worse one is fitted on.
    """

    better: Row
    worse: Row
    kind: str = ""
    unseen: bool = True


def system_examples(boards: Boards, kept_back: bool) -> list[Example]:
    """The answers of systems that are fitted on, to instructions that are, or of those kept back to those kept back."""
    return [
        Example(Row(instruction, "", boards.answers[instruction][system]), place, system)
        for place, instruction in enumerate(boards.instructions)
        if instruction_kept_back(place) == kept_back
        for system in sorted(boards.systems)
        if system_kept_back(system) == kept_back and boards.answers[instruction].get(system, "").strip()
    ]


def faulty_examples(boards: Boards) -> list[Example]:
    """For each of the first instructions that are fitted on one answer with each of the faults."""
    good = [
        name for name, each in sorted(boards.systems.items())
        if each.win_rate > GOOD_WIN_RATE and not system_kept_back(name)
    ]  # fmt: skip
    fitted = [text for place, text in enumerate(boards.instructions) if not instruction_kept_back(place)]
    made: list[Example] = []
    for number, instruction in enumerate(fitted[:FAULTY_INSTRUCTIONS]):
        rng = random.Random(FIRST_SEED + number)
        answers = boards.answers[instruction]
        able = [system for system in good if answers.get(system, "").strip()]
        others = [boards.answers[other][rng.choice(good)] for other in rng.sample(fitted, 4) if other != instruction]
        for fault in FAULTS:
            system = rng.choice(able)
            text = with_reward_fault(fault, answers[system], others, rng)
            if text.strip():
                group = boards.instructions.index(instruction)
                made.append(Example(Row(instruction, "", text), group, system, fault))
    return made


def judged_pairs(boards: Boards, preferences: Path) -> list[Pair]:
    """GPT-4's choices between answers of equal length: of families and to instructions that are not fitted on."""
    fitted = {family(name) for name in boards.systems if not system_kept_back(name)}
    asked = {text for place, text in enumerate(boards.instructions) if not instruction_kept_back(place)}
    with gzip.open(preferences, "rt", encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    return [
        Pair(Row(each["instruction"], "", each["chosen"]), Row(each["instruction"], "", each["rejected"]))
        for each in lines
        if family(each["system"]) not in fitted
        and each["instruction"] not in asked
        and equally_long(len(each["chosen"]), len(each["rejected"]))
    ]


def spoiled_pairs(file: Path) -> list[Pair]:
    """Answers beside spoiled copies, of lines with `instruction`, `input`, `output`, `spoiled`, `kind` and `unseen`."""
    pairs = []
    for each in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        plain, spoiled = (Row(each["instruction"], each["input"], each[of]) for of in ("output", "spoiled"))
        pairs.append(Pair(plain, spoiled, each["kind"], each["unseen"]))
    return pairs


def equally_long(one: float, other: float) -> bool:
    return abs(one - other) < EQUAL_LENGTH * max(one, other)


def rows_of(pairs: Sequence[Pair]) -> list[Row]:
    """The better rows of all pairs, then the worse ones."""
    return [each.better for each in pairs] + [each.worse for each in pairs]
