"""Fit the embedded quality heads on good answers and faults put into them, and measure them against people's ratings.

    python -m core.indicators.heads.train_quality --systems FOLDER --preferences PAIRS.jsonl.gz --ratings FILE.json
        --cache FOLDER

UniEval's own way (Zhong et al. 2022, section 3.3): positives are real answers, here of the better systems; negatives
are made from them. The heads see the text's surface and, in three ways, whether the response is about what was asked:
how SmolLM2 and MiniLM see the two together, and how much likelier the response is behind the prompt's end. With the
hidden states themselves they carried over to other kinds of text worse.

FILE has ratings of dialogue responses (`source`, `system_output`, `scores`, `unieval`): it is measured on, never fitted
on.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from core.environment import read_environment
from core.indicators.heads.example import Example
from core.indicators.heads.features import QUALITY
from core.indicators.heads.head import Heads, design
from core.indicators.heads.quality_examples import Systems, answers_and_faults
from core.indicators.heads.reward_systems import log_odds
from core.indicators.heads.state_cache import quality_features_of
from core.indicators.heads.training_command import training_parser
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.trust import Agreement, Trust
from core.rows.row import Row

NAMES = ("naturalness", "coherence", "understandability")
RATINGS = "human ratings of Topical-Chat"
LEAST_WIN_RATE = 10.0  # per cent, of systems whose answers are taken for good
STRENGTH = 1e5  # of the ridge penalty: each column weighs by how it goes with the faults on its own
COSINE_SCALE, FOLDS = 5.0, 5

# How much of each quality (as in NAMES) a fault leaves, 1 for all of it.
LEFT = {
    "garbled": (0.1, 0.4, 0.1),
    "shuffled": (0.05, 0.3, 0.05),
    "repeated": (0.25, 0.5, 0.6),
    "truncated": (0.5, 0.75, 0.6),
    "off_topic": (1.0, 0.0, 1.0),
    "curt": (0.5, 0.6, 0.7),
    "rambling": (0.5, 0.3, 0.45),
}


def quality_examples(systems: Systems, instructions: int) -> list[Example]:
    """Good answers and faulty ones, of some of the instructions."""
    good = {name for name, value in systems.targets().items() if value > log_odds(LEAST_WIN_RATE)}
    return [each for each in answers_and_faults(systems, instructions) if each.fault or each.system in good]


def fit(features: np.ndarray, left: np.ndarray) -> Heads:
    """Ridge regression of what is left of each quality, shape (rows, 3), on `QUALITY` and the states' cosine."""
    from sklearn.linear_model import Ridge

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    columns = design(features, mean, scale, len(QUALITY))
    held = np.zeros(columns.shape[1])  # nothing of the states by themselves
    held[: len(QUALITY)], held[-1] = 1.0, COSINE_SCALE
    used = held > 0
    read, weights = (columns * held)[:, used], {}
    for name, target in zip(NAMES, left.T, strict=True):
        line = Ridge(alpha=STRENGTH).fit(read, target)
        slope, start = np.polyfit(line.predict(read), target, 1)  # the penalty shrinks the scale
        weight = np.zeros(len(held))
        weight[used] = slope * line.coef_ * held[used]
        weights[name] = np.append(weight, slope * line.intercept_ + start)
    return Heads(mean, scale, weights, True, {})


def fault_auc(examples: Sequence[Example], features: np.ndarray, left: np.ndarray) -> dict[str, float]:
    """Chance that a good answer scores above a faulty one to the same, unseen instruction; faults that hurt it only."""
    groups = np.array([each.group for each in examples])
    scores = np.full(left.shape, np.nan)
    for fold in range(FOLDS):
        held = groups % FOLDS == fold
        head = fit(features[~held], left[~held])
        scores[held] = np.column_stack([head.score(name, features[held]) for name in NAMES])
    told = {}
    for column, name in enumerate(NAMES):
        hurt = [i for i, each in enumerate(examples) if each.fault and left[i, column] < 1]
        good = np.array([not each.fault for each in examples])
        beside = [(i, scores[good & (groups == groups[i]), column]) for i in hurt]
        told[name] = float(np.mean([(others > scores[i, column]).mean() for i, others in beside if len(others)]))
    return told


def trust_in(
    head: Heads, told: dict[str, float], rated: list[dict[str, Any]], features: np.ndarray, faulty: int
) -> dict[str, Trust]:
    """What the shipped file says of itself."""
    trust = {}
    for name in NAMES:
        people = [each["scores"][name] for each in rated]
        ours = float(spearmanr(head.score(name, features), people).statistic)
        published = float(spearmanr([each["unieval"][name] for each in rated], people).statistic)
        trust[name] = Trust(
            "A linear head on the text's surface and on how SmolLM2 and MiniLM relate it to its prompt, fitted on good "
            "answers and faults put into them.",
            weak=ours < published,
            agreements=(
                Agreement(RATINGS, "Spearman", round(ours, 3), len(rated), "UniEval", round(published, 3)),
                Agreement("faults put into answers to unseen instructions", "share told", round(told[name], 3), faulty),
            ),
        )
    return trust


def main() -> None:
    parser = training_parser(__doc__ or "")
    parser.add_argument("--instructions", type=int, default=150)
    parser.add_argument("--ratings", type=Path, required=True)
    asked = parser.parse_args()
    models = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    examples = quality_examples(Systems.read(asked.systems, asked.preferences), asked.instructions)
    features = quality_features_of([each.row for each in examples], models, asked.cache)
    read = ~np.isnan(features).any(axis=1)
    examples, features = [each for each, whole in zip(examples, read, strict=True) if whole], features[read]
    left = np.array([LEFT.get(each.fault, (1.0, 1.0, 1.0)) for each in examples])
    head = fit(features, left)
    rated = json.loads(asked.ratings.read_text(encoding="utf-8"))
    responses = [Row(each["source"].strip(), "", each["system_output"].strip()) for each in rated]
    faulty = sum(bool(each.fault) for each in examples)
    told = fault_auc(examples, features, left)
    trust = trust_in(head, told, rated, quality_features_of(responses, models, asked.cache), faulty)
    for name, each in trust.items():
        print(f"{name}: {each.sentence}")
    print(Heads(head.mean, head.scale, head.weights, True, trust).save(asked.output, "quality"))


if __name__ == "__main__":
    main()
