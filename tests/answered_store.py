"""Answers in a store as a worker would have left them: a part a side."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from core.comparison.spec import ComparisonSpec
from core.judge.answer_pair import prompt_key
from core.rows.evaluation_set import EvaluationExample
from core.store import Store


def take_answers(
    store: Store,
    folder: Path,
    spec: ComparisonSpec,
    prompts: Sequence[EvaluationExample],
    *sides: Sequence[str],
    job: str = "job answers",
) -> None:
    """Take in what A and B answered to these prompts."""
    for side, answers in enumerate(sides):
        model, settings = spec.answer_key(side)
        lines = pd.DataFrame({"prompt": [prompt_key(each.instruction, each.input) for each in prompts]}).assign(
            model=model, settings=settings, answer=list(answers), tokens=9, finished=True, seconds=1.5
        )
        part = folder / f"answers-{side:05d}.parquet"
        lines.to_parquet(part)
        store.parts.take(job, [part])
