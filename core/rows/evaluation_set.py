"""Evaluation sets (D_eval): instructions, each with good responses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.rows.row import Row, clean_text
from core.values.plain import as_json


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


def read_evaluation_file(path: Path, shown_name: str = "") -> list[EvaluationExample]:
    """Read JSON Lines, or a JSON array, of objects with `instruction`, optional `input`, and `outputs` or `output`.

    Raises:
        InputError: the file, or one of its rows, is not of that form; it names the row.
    """
    name = shown_name or path.name
    try:
        text = path.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The evaluation set cannot be read ({type(error).__name__}).",
            where=name,
            mend="Use a UTF-8 file of JSON Lines.",
        ) from error
    if not text:
        raise InputError("The file is empty.", where=name, mend="Write one instruction with its outputs per line.")
    examples = []
    for number, record in enumerate(_records(text, name), start=1):
        examples.append(_example(record, f"{name}, row {number}"))
    return examples


def _records(text: str, name: str) -> list[object]:
    if text.startswith("["):
        try:
            return list(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise InputError(f"Invalid JSON: {error}.", where=name, mend="Correct the array.") from error
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise InputError(
                "The line is not a JSON object.", where=f"{name}, row {number}", mend="Correct or remove the line."
            ) from error
    return records


def _example(record: object, where: str) -> EvaluationExample:
    if not isinstance(record, dict):
        raise InputError("The row is not an object.", where=where, mend="Write an object with instruction and outputs.")
    as_json(record, f"{where}: ")  # numbers and characters that no table keeps are refused
    outputs = record.get("outputs", record.get("output"))
    texts = [outputs] if isinstance(outputs, str) else outputs
    instruction, given = record.get("instruction"), record.get("input") or ""
    if not isinstance(instruction, str) or not isinstance(given, str) or not instruction.strip():
        raise InputError("The row has no instruction.", where=where, mend="Write it as text in `instruction`.")
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise InputError("The row has no outputs.", where=where, mend="Write a list of texts in `outputs`.")
    cleaned = tuple(dict.fromkeys(clean_text(each) for each in texts if each.strip()))
    if not cleaned:
        raise InputError(
            "All outputs of the row are empty.", where=where, mend="Write at least one reference response."
        )
    return EvaluationExample(clean_text(instruction), clean_text(given), cleaned)


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
