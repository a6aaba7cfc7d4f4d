"""The demo data that come with the studio: three datasets of different care, and an evaluation set."""

import json
from dataclasses import dataclass

from core.loading import SourceFile, load_files
from core.paths import DEMO
from core.progress import Silent
from core.store import Store

DESCRIPTIONS = {
    "handbook": "Demo. Written with care: nearly every answer is one to learn from.",
    "forum": "Demo. A mixed bag: good answers beside curt, rambling and wrong ones.",
    "scrape": "Demo. Mostly faulty: garbled, repeated, cut off, off topic.",
}


@dataclass(frozen=True)
class EvaluationPrompt:
    """An evaluation instruction and the good responses on which inference loss is measured."""

    instruction: str
    input: str
    outputs: tuple[str, ...]


def load_demo(store: Store) -> None:
    """Load the three demo datasets into a new store."""
    for name, description in DESCRIPTIONS.items():
        path = DEMO / f"{name}.jsonl"
        load_files(store, name, [SourceFile(path, path.name)], None, Silent(), description=description)


def demo_evaluation() -> list[EvaluationPrompt]:
    """The demo evaluation set."""
    lines = (DEMO / "evaluation.jsonl").read_text(encoding="utf-8").splitlines()
    return [EvaluationPrompt(d["instruction"], d["input"], tuple(d["outputs"])) for d in map(json.loads, lines)]
