"""Evaluation sets (D_eval): instructions, each with good responses."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.rows.row import Row


@dataclass(frozen=True)
class EvaluationExample:
    """An evaluation instruction and the good responses on which inference loss is measured."""

    instruction: str
    input: str
    outputs: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """Instruction and input as one text."""
        return Row(self.instruction, self.input, "").prompt


def joined(examples: Iterable[EvaluationExample]) -> list[EvaluationExample]:
    """Examples that ask the same as one, with the different responses of all of them, in their order."""
    outputs: dict[tuple[str, str], dict[str, None]] = {}
    for each in examples:
        outputs.setdefault((each.instruction, each.input), {}).update(dict.fromkeys(each.outputs))
    return [EvaluationExample(*asked, tuple(answers)) for asked, answers in outputs.items()]


def to_lines(examples: Iterable[EvaluationExample]) -> str:
    """Examples as JSON Lines: instruction, input and outputs."""
    written = ({"instruction": e.instruction, "input": e.input, "outputs": list(e.outputs)} for e in examples)
    return "".join(json.dumps(each) + "\n" for each in written)


def from_lines(text: str) -> list[EvaluationExample]:
    """Examples from what `to_lines` wrote."""
    lines = (json.loads(line) for line in text.split("\n") if line)
    return [EvaluationExample(each["instruction"], each["input"], tuple(each["outputs"])) for each in lines]


def digest_of(examples: Iterable[EvaluationExample]) -> str:
    """What tells these examples from others, in whatever order."""
    told = sorted(json.dumps([each.prompt, *each.outputs], ensure_ascii=False) for each in examples)
    return hashlib.blake2b("\n".join(told).encode(), digest_size=16).hexdigest()


def limit(examples: Sequence[EvaluationExample], responses: int, seed: int) -> list[EvaluationExample]:
    """At most so many responses, spread over as many instructions as can be: first one of each, then a second.

    Args:
        responses: how many in all; 0 for all of them.
        seed: which instructions, and which of their responses.
    """
    total = sum(len(each.outputs) for each in examples)
    if responses <= 0 or responses >= total:
        return list(examples)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(examples))
    shuffled = {int(i): generator.permutation(len(examples[i].outputs)) for i in order}
    rounds = max(len(each.outputs) for each in examples)
    taken: dict[int, list[int]] = {}
    places = [(int(i), turn) for turn in range(rounds) for i in order if turn < len(shuffled[int(i)])]
    for i, turn in places[:responses]:
        taken.setdefault(i, []).append(int(shuffled[i][turn]))
    return [
        EvaluationExample(
            examples[i].instruction, examples[i].input, tuple(examples[i].outputs[j] for j in sorted(taken[i]))
        )
        for i in sorted(taken)
    ]
