"""Experiments in a store as a worker would have left them: candidate sets, and a part of losses for each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.rows.candidate_set import CandidateSet
from core.store import Store

SPREAD = np.array([0.7, 0.9, 1.0, 1.1, 1.3])  # of the examples about a set's mean loss
APART = 0.05  # how far the two responses of an example lie from their mean
SPEC: dict[str, Any] = {
    "profile": "embedded",
    "tuning": {"epochs": 1},
    "evaluation": "twenty questions",
    "responses": 2 * len(SPREAD),
    "max_evaluation_tokens": 256,
}


def add_experiment(
    store: Store,
    folder: Path,
    name: str,
    sets: Sequence[CandidateSet],
    log_losses: Mapping[int, float],
    spec: Mapping[str, Any] = SPEC,
) -> int:
    """Keep an experiment whose sets came to these log losses, by number (0 for the untuned model); its number."""
    number = store.experiments.add(name, dict(spec), sets, f"job {name}")
    take_losses(store, folder, f"job {name}", log_losses)
    return number


def take_losses(store: Store, folder: Path, job: str, log_losses: Mapping[int, float]) -> None:
    """Take in what sets came to: five examples, two responses of unlike length each, with the wanted mean."""
    parts = []
    for number, log_loss in log_losses.items():
        example = np.repeat(np.arange(len(SPREAD)), 2)
        response = np.tile([0, 1], len(SPREAD))
        loss = np.exp(log_loss) * SPREAD[example] * np.where(response == 0, 1 - APART, 1 + APART)
        lines = pd.DataFrame(
            {"number": number, "example": example, "response": response, "tokens": 10 + 7 * response + example}
        ).assign(loss_nats_per_token=loss)
        part = folder / f"losses-{number:04d}.parquet"
        schema = pa.schema([*((c, pa.int32()) for c in lines.columns[:4]), (lines.columns[4], pa.float64())])
        pq.write_table(pa.Table.from_pandas(lines, schema, preserve_index=False), part)
        parts.append(part)
    store.parts.take(job, parts)
