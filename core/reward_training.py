"""Fit the embedded reward head on preferences, and measure it on instructions and systems that it has not seen.

    python -m core.reward_training --preferences PAIRS.jsonl.gz --systems FOLDER

PAIRS has `instruction`, `chosen`, `rejected` and `margin` (0 to 1) in each line. FOLDER has `leaderboard.csv` (`file`,
`win_rate`, `avg_length_chars`) and the named files in Alpaca form. The systems are never fitted on; half of the
instructions are held out for them as well.
"""

import argparse
import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.models import ModelPool
from core.passes import Chunk
from core.paths import StudioPaths
from core.profiles import profile
from core.reward_head import WEIGHTS, RewardHead, features
from core.rows import Row

FOLDS = 5
STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03)  # inverse of the L2 penalty
SYSTEM_ROWS = 60


def features_of(rows: Sequence[Row], models: ModelPool) -> np.ndarray:
    """Features of rows; a text that stands in several is embedded once."""
    chunk = Chunk(rows, (), models)
    texts = sorted({row.prompt for row in rows} | {row.output for row in rows})
    place = {text: i for i, text in enumerate(texts)}
    vectors = chunk.embed(texts)
    prompts, responses = ([place[t] for t in part] for part in ([r.prompt for r in rows], [r.output for r in rows]))
    return features(vectors[prompts], vectors[responses], chunk.response_tokens)


def fit(chosen: np.ndarray, rejected: np.ndarray, margin: np.ndarray, strength: float) -> RewardHead:
    """Bradley-Terry by logistic regression on differences of standardised features, pairs weighted by their margin."""
    from sklearn.linear_model import LogisticRegression

    every = np.vstack([chosen, rejected])
    mean, scale = every.mean(axis=0), every.std(axis=0) + 1e-9
    difference = (chosen - rejected) / scale
    model = LogisticRegression(C=strength, fit_intercept=False, max_iter=2_000)
    model.fit(
        np.vstack([difference, -difference]), np.repeat([1, 0], len(difference)), sample_weight=np.tile(margin, 2)
    )
    return RewardHead(model.coef_[0], mean, scale, {})


def held_out_accuracy(
    chosen: np.ndarray, rejected: np.ndarray, margin: np.ndarray, groups: np.ndarray, strength: float
) -> float:
    """Share of pairs ordered rightly by heads that have not seen their instruction."""
    from sklearn.model_selection import GroupKFold

    right = np.zeros(len(chosen), bool)
    for train, test in GroupKFold(FOLDS).split(chosen, groups=groups):
        head = fit(chosen[train], rejected[train], margin[train], strength)
        right[test] = ((chosen[test] - rejected[test]) / head.scale) @ head.weight > 0
    return float(right.mean())


def system_agreement(head: RewardHead, systems: Path, held_out: set[str], models: ModelPool) -> dict[str, float]:
    """Spearman of mean reward and win rate over systems, by reward and by length, and the first given the second."""
    from scipy.stats import rankdata, spearmanr

    board = pd.read_csv(systems / "leaderboard.csv")
    rewards = []
    for file in board["file"]:
        lines = [json.loads(line) for line in (systems / file).read_text(encoding="utf-8").splitlines()]
        rows = [Row(d["instruction"], d["input"], d["output"]) for d in lines if d["instruction"] in held_out]
        seen = features_of([row for row in rows if row.output][:SYSTEM_ROWS], models)
        rewards.append(float((((seen - head.mean) / head.scale) @ head.weight).mean()))
    ranks = np.column_stack([rankdata(rewards), rankdata(board["win_rate"]), rankdata(board["avg_length_chars"])])
    r = np.corrcoef(ranks.T)
    partial = (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    return {
        "systems": float(len(board)),
        "system_spearman": float(spearmanr(rewards, board["win_rate"]).statistic),
        "system_spearman_of_length": float(spearmanr(board["avg_length_chars"], board["win_rate"]).statistic),
        "system_partial_spearman_given_length": float(partial),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preferences", type=Path, required=True)
    parser.add_argument("--systems", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=WEIGHTS / profile("embedded").reward.id)
    asked = parser.parse_args()
    models = ModelPool(profile("embedded"), StudioPaths.from_environment(os.environ).models)
    with gzip.open(asked.preferences, "rt", encoding="utf-8") as stream:
        pairs = [pair for pair in map(json.loads, stream) if pair["chosen"] and pair["rejected"] and pair["margin"] > 0]
    print(f"{len(pairs)} pairs; embedding ...", flush=True)
    both = [Row(p["instruction"], "", p[side]) for side in ("chosen", "rejected") for p in pairs]
    chosen, rejected = np.split(features_of(both, models), 2)
    margin = np.array([pair["margin"] for pair in pairs])
    groups = np.unique([pair["instruction"] for pair in pairs], return_inverse=True)[1]
    scores = {s: held_out_accuracy(chosen, rejected, margin, groups, s) for s in STRENGTHS}
    strength = max(scores, key=lambda each: scores[each])
    print("pairwise accuracy on unseen instructions:", {s: round(a, 4) for s, a in scores.items()})
    half = groups % 2 == 0
    held_out = {pair["instruction"] for pair, inside in zip(pairs, half, strict=True) if not inside}
    partly = fit(chosen[half], rejected[half], margin[half], strength)
    measured: dict[str, float | str] = {
        "pairs": float(len(pairs)),
        "strength": strength,
        "pairwise_accuracy": scores[strength],
        "pairwise_accuracy_of_length": float((chosen[:, -1] > rejected[:, -1]).mean()),
        **system_agreement(partly, asked.systems, held_out, models),
    }
    head = fit(chosen, rejected, margin, strength)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    RewardHead(head.weight, head.mean, head.scale, measured).save(asked.output)
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
