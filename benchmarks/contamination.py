"""How many evaluation questions within longer prompts are found, how many rows of real pools are flagged, how fast.

    python -m benchmarks.contamination DATASETS [--show 20]

The questions of D_eval, and rows of alpaca-davinci as an evaluation set with many short questions, are hidden in
prompts in five ways; what is found by the cosine alone and with containment. `--show` prints flagged rows beside the
questions.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.datasets.contamination import EvaluationPrompts
from core.datasets.evaluation_file import read_evaluation_file
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row

PREFIX_WORDS, ROWS, SHORT = 200, 52_000, 700
TEMPLATE = (
    "Below is an instruction that describes a task, paired with an input that provides further context. Write a "
    "response that appropriately completes the request.\n\n### Instruction:\n{}\n\n### Input:\n{}\n\n### Response:\n"
)


def pools(train: Path) -> dict[str, list[str]]:
    """The prompts of each file; of the files of many systems, which have the same, those of one."""
    found = {}
    for file in sorted(train.glob("*.jsonl")):
        if not file.name.startswith("alpacaeval-") or file.name == "alpacaeval-claude.jsonl":
            rows = [json.loads(line) for line in file.open("rb")]
            found[file.stem] = [Row(each["instruction"], each.get("input") or "", "").prompt for each in rows]
    return found


def other_spelling(example: EvaluationExample, _: str) -> str:
    """In capitals, with other signs and spaces."""
    return re.sub(r"\s+", "  ", re.sub(r"[,.;:!?\"]", " ", example.prompt)).upper() + " !"


def short_questions(train: Path) -> list[EvaluationExample]:
    """Rows of alpaca-davinci as questions: three in ten have fewer than ten words."""
    rows = [json.loads(line) for line in (train / "alpaca-davinci.jsonl").open("rb")]
    drawn = random.Random(1).sample(rows, SHORT)
    return [EvaluationExample(each["instruction"], each.get("input") or "", (each["output"],)) for each in drawn]


def disguises(filler: str) -> dict[str, Callable[[EvaluationExample, str], str]]:
    """Ways to hide a question, given another row's prompt."""
    return {
        "behind 200 words": lambda example, _: f"{filler}\n\n{example.prompt}",
        "behind 200 words, same line": lambda example, _: f"{filler} {example.prompt}",
        "in a template": lambda example, _: TEMPLATE.format(example.instruction, example.input),
        "other case and punctuation": other_spelling,
        "in a conversation": lambda example, beside: (
            f"system: You are a helpful assistant.\n\nuser: {beside}\n\nassistant: {filler}\n\nuser: {example.prompt}"
            f"\n\nassistant: {filler}\n\nuser: Thanks! {beside}"
        ),
    }


class CosineOnly(EvaluationPrompts):
    """The measure without containment."""

    def __init__(self, examples: Sequence[EvaluationExample]) -> None:
        super().__init__(examples)
        self._contained.find = lambda *_: (0, 0.0)  # type: ignore[method-assign]


def measured(examples: Sequence[EvaluationExample], prompts: Mapping[str, Sequence[str]], show: int) -> None:
    """Print what is found of hidden questions, what is flagged in each pool, and how long it takes."""
    measures = {"cosine": CosineOnly(examples), "with containment": EvaluationPrompts(examples)}
    generator = random.Random(0)
    everything = [prompt for each in prompts.values() for prompt in each]
    filler = " ".join(" ".join(generator.sample(everything, 60)).split()[:PREFIX_WORDS])
    for name, disguise in disguises(filler).items():
        hidden = [disguise(each, generator.choice(everything)) for each in examples]
        found = {n: sum(f.example == f.row for f in each.find(hidden)) / len(hidden) for n, each in measures.items()}
        print(f"{name:<28}", *(f"{n} {share:6.1%}" for n, share in found.items()))
    for name, of_pool in prompts.items():
        flagged = {n: each.find(of_pool) for n, each in measures.items()}
        print(f"{name:<28} {len(of_pool):>6,} rows", *(f"{n} {len(each):>3}" for n, each in flagged.items()))
        for each in flagged["with containment"][:show]:
            print(f"  {each.similarity:.2f}  {of_pool[each.row][:300]!r}")
            print(f"        {examples[each.example].prompt[:300]!r}")
    many = (everything * (ROWS // len(everything) + 1))[:ROWS]
    for name, measure in measures.items():
        began = time.process_time()
        measure.find(many)
        print(f"{name}: {len(many):,} rows, {len(examples)} questions: {time.process_time() - began:.1f} s of CPU")


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("datasets", type=Path)
    asking.add_argument("--show", type=int, default=0)
    asked = asking.parse_args()
    prompts = pools(asked.datasets / "train")
    print("Questions of D_eval")
    measured(read_evaluation_file(asked.datasets / "eval" / "d_eval.jsonl").examples, prompts, asked.show)
    print("Questions of alpaca-davinci, in the other files")
    others = {name: each for name, each in prompts.items() if name != "alpaca-davinci"}
    measured(short_questions(asked.datasets / "train"), others, asked.show)


if __name__ == "__main__":
    main()
