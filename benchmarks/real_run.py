"""What the real runs share: rows of real datasets, models tuned on them and measured on D_eval, and their indicators.

Everything made is kept in a folder as soon as it is there, so a run that was cut off goes on.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.datasets.evaluation_file import read_evaluation_file
from core.environment import read_environment
from core.finetune.batches import training_examples
from core.finetune.model import add_adapter, load_base
from core.finetune.run import tune
from core.finetune.settings import Precision, TuningSettings
from core.indicators import registry
from core.indicators.base import Scope
from core.indicators.row_pool import RowPool
from core.indicators.scoring import score_chunk, score_pool
from core.models.inference_loss import evaluation_profile, measure, summarise
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample, limit
from core.rows.row import Row

CHUNK = 64  # rows that are scored and kept together


def arguments(about: str) -> argparse.ArgumentParser:
    """The arguments that all real runs take."""
    lines = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    row_indicators = [name for name, each in registry().items() if each.scope is Scope.ROW]
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=128, help="of each set")
    lines.add_argument("--epochs", type=int, default=1)
    lines.add_argument("--responses", type=int, default=64, help="of D_eval, on which losses are measured")
    lines.add_argument("--max-tokens", type=int, default=256)
    lines.add_argument("--whole", action="store_true", help="leave out rows of more than --max-tokens")
    lines.add_argument("--learning-rate", type=float, default=TuningSettings.learning_rate)
    lines.add_argument("--target-modules", nargs="+", default=TuningSettings.target_modules)
    lines.add_argument("--precision", type=Precision, default=Precision.BF16)
    lines.add_argument("--indicators", nargs="+", choices=row_indicators, default=row_indicators)
    lines.add_argument("--part", default="", help="i/n: tune the i-th of every n models and stop")
    lines.add_argument("--out", type=Path)
    return lines


def tuning_of(chosen: argparse.Namespace) -> TuningSettings:
    return TuningSettings(
        chosen.precision,
        epochs=chosen.epochs,
        max_tokens=chosen.max_tokens,
        learning_rate=chosen.learning_rate,
        target_modules=tuple(chosen.target_modules),
    )


def part_of(chosen: argparse.Namespace) -> slice:
    """Which of the models this process tunes."""
    part, parts = map(int, (chosen.part or "1/1").split("/"))
    return slice(part - 1, None, parts)


def read_rows(folder: Path, sources: Sequence[str]) -> tuple[pd.DataFrame, list[Row]]:
    """All rows of the sources, and where each stands: dataset_id is the source's place, row_id the row's."""
    rows, places = [], []
    for number, source in enumerate(sources):
        for line in (folder / "train" / f"{source}.jsonl").open(encoding="utf-8"):  # no other end of line divides rows
            record = json.loads(line)
            row = Row(record["instruction"].strip(), record.get("input", "").strip(), record["output"].strip())
            if row.output:
                places.append((number, len(rows)))
                rows.append(row)
    return pd.DataFrame(places, columns=["dataset_id", "row_id"]), rows


def draw_pool(places: pd.DataFrame, each: int) -> pd.DataFrame:
    """So many rows of every source, at random."""
    return places.groupby("dataset_id").sample(each, random_state=0).reset_index(drop=True)


class Bench:
    """Tunes, measures and scores, and keeps each result as soon as it is there."""

    def __init__(self, chosen: argparse.Namespace, kept: Path) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        self.settings, self.kept = tuning_of(chosen), kept
        evaluation = read_evaluation_file(chosen.datasets / "eval" / "d_eval.jsonl").examples
        self.examples: list[EvaluationExample] = limit(evaluation, chosen.responses, seed=0)
        self.pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
        self.eval_profile = evaluation_profile(self.pool.profile, self.settings.template, self.settings.max_tokens)
        kept.mkdir(parents=True, exist_ok=True)

    def fitting(self, places: pd.DataFrame, rows: Sequence[Row]) -> pd.DataFrame:
        """The rows that tuning doesn't cut: prompt, response and end mark stay within `max_tokens`."""
        endless = replace(self.settings, max_tokens=1_000_000)
        used = [rows[i] for i in places["row_id"]]
        lengths = [
            len(each["input_ids"]) for each in training_examples(used, endless, self.pool.profile, self.pool.tokenizer)
        ]
        return places.loc[np.array(lengths) <= self.settings.max_tokens].reset_index(drop=True)

    def losses(self, name: str, rows: Sequence[Row], seed: int) -> pd.DataFrame:
        """Loss of each response under a model tuned on the rows (none: the untuned one)."""
        file = self._file(name, seed)
        if file.exists():
            return self.measured(name, seed)
        began = time.monotonic()
        settings = replace(self.settings, seed=seed)
        model = load_base(self.pool, settings.precision, "cpu")
        if rows:
            tuned = add_adapter(model, settings, "SmolLM2-135M-Instruct")
            examples = training_examples(rows, settings, self.pool.profile, self.pool.tokenizer)
            with tempfile.TemporaryDirectory() as folder:
                tune(tuned, examples, settings, Path(folder), Silent())
            model = tuned.get_base_model()
        found = measure(model, self.pool.tokenizer, self.examples, self.eval_profile, Silent())
        found.to_parquet(file)
        loss = summarise(found)
        print(f"{name}, seed {seed}: {loss.per_example:.4f} nats/token, {time.monotonic() - began:.0f} s", flush=True)
        return found

    def measured(self, name: str, seed: int) -> pd.DataFrame:
        """What `losses` has kept."""
        return pd.read_parquet(self._file(name, seed))

    def _file(self, name: str, seed: int) -> Path:
        return self.kept / f"{name.replace(' ', '-')}-seed{seed}.parquet"

    def scores(self, used: pd.DataFrame, names: Sequence[str], rows: Sequence[Row]) -> pd.DataFrame:
        """Indicators of some rows; the KNN distance is among those rows.

        Args:
            used: dataset_id, row_id, each row once.
            names: of the row indicators; those of a pool come along.
        """
        pooled = [name for name, about in registry().items() if about.scope is Scope.POOL]
        parts = []
        for start in range(0, len(used), CHUNK):
            part = used.iloc[start : start + CHUNK].reset_index(drop=True)
            file = self.kept / f"scores-{'-'.join(names)}-{start:05d}-{len(used)}.npz"
            if not file.exists():
                chosen = [rows[i] for i in part["row_id"]]
                scored = score_chunk(chosen, names, self.pool, self.pool.profile, embed=True)
                assert scored.embeddings is not None
                np.savez(file, embeddings=scored.embeddings, **scored.values)
                print(f"scored {start + len(part)} of {len(used)} rows", flush=True)
            with np.load(file) as values:
                parts.append((part.assign(**{name: values[name] for name in names}), values["embeddings"]))
        scores = pd.concat([part for part, _ in parts], ignore_index=True)
        vectors = np.concatenate([vectors for _, vectors in parts])
        return scores.assign(**score_pool(RowPool(self.pool.profile, vectors), pooled))
