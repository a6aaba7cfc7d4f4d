"""A data folder in which everything has been done once: every page has something to show.

The demo's own rows and scores; what came of tuning, answering and judging is left as a worker would have left it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.comparison.spec import ComparedModel, ComparisonSpec
from core.embeddings.projection import PCA_NAME
from core.experiments.proof.arms import proof_sets
from core.experiments.proof.plan import ProofPlan
from core.experiments.sampling import fused, hierarchical
from core.finetune.settings import Precision, TuningSettings
from core.indicators.scoring import embedding_model
from core.judge.answer_pair import AnswerPair
from core.judge.human_verdicts import HumanVerdict
from core.judge.question import WORDING, both_orders
from core.judge.run import JudgeReply
from core.judge.settings import JudgeSettings
from core.judge.verdict import Verdict
from core.models.generation import AnswerSettings
from core.rows.candidate_set import CandidateSet
from core.rows.marks import Mark
from core.rules.rule import presets
from core.selection.record import SelectionRecord
from core.store import Store
from jobs.api import Studio
from tests.answered_store import take_answers
from tests.measured_store import SPEC, take_losses

RULE = presets()["instructmining-v1"]
TUNING = TuningSettings(Precision.BF16)
PROOF_JOB = "20260102-000000-bbbbbb"
GAINS = {"selected": 0.02, "length-matched": 0.012, "longest": 0.019}
SELECTION, LEARNED = "Best by Equation 4", "Learned from mixed sets"
SHORT, LONG = "It depends.", "It depends on three things, which we take one after the other, each with an example."


def furnish(data: Path) -> None:
    """Fill a new data folder."""
    folder = data / "made for the test"
    folder.mkdir(parents=True)
    with Studio.open(data) as studio:
        rows = studio.scores.table()
        _experiment(studio.session.store, folder, rows)
        studio.rules.learn(["Mixed sets"], indicators=["reward", "output_length", "knn_distance"], save=LEARNED)
        studio.selections.select(rows=60, save=SELECTION)
        _proof(studio.session.store, data, folder, rows)
        _comparison(studio.session.store, folder)
        _map(studio, folder)
        _marks(studio.session.store, rows)


def _experiment(store: Store, folder: Path, rows: pd.DataFrame) -> None:
    """Mixed sets, and levels of each of four indicators, whose log loss follows Equation (4) with noise."""
    sets = fused(rows, 16, 60, seed=0)
    for name in ("reward", "output_length", "mtld", "perplexity"):
        sets += hierarchical(rows, name, levels=4, rows=40)
    noise = np.random.default_rng(7).normal(0, 0.004, len(sets))
    losses = {0: 0.62} | {
        number: 0.45
        + 0.3 * RULE.predict(rows.merge(each.members, on=["dataset_id", "row_id"])).mean()
        + noise[number - 1]
        for number, each in enumerate(sets, start=1)
    }
    _measured(store, folder, "Mixed sets", "20260101-000000-aaaaaa", sets, losses, SPEC)


def _proof(store: Store, data: Path, folder: Path, rows: pd.DataFrame) -> None:
    """The choice made anew on six sub-pools, a little better than random rows of them."""
    (saved,) = store.selections.all()
    plan = ProofPlan(saved.selection_id, SELECTION, draws=6, rule=RULE)
    members = store.selections.members(saved.selection_id)
    spec = replace(SelectionRecord.from_saved(saved).spec, by_hand=())
    made = proof_sets(plan, spec, members, rows, lambda row_ids: np.empty((len(row_ids), 0)))
    plan = replace(plan, overlap=0.0 if made.disjoint else made.share, alike=made.alike)
    losses = {n: 0.5 + 0.003 * (n % 3) - GAINS.get(each.detail["arm"], 0.0) for n, each in enumerate(made.sets, 1)}
    for number in losses:
        (data / "jobs" / PROOF_JOB / "sets" / f"{number:04d}" / "adapter").mkdir(parents=True)
    kept = SPEC | {"plan": {"proof": plan.as_dict()}}
    _measured(store, folder, f"Proof of {SELECTION}", PROOF_JOB, made.sets, {0: 0.6} | losses, kept)


def _measured(
    store: Store,
    folder: Path,
    name: str,
    job: str,
    sets: Sequence[CandidateSet],
    log_losses: Mapping[int, float],
    spec: Mapping[str, Any],
) -> None:
    store.experiments.add(name, {**spec, "tuning": TUNING.as_dict()}, sets, job)
    take_losses(store, folder, job, log_losses)


def _comparison(store: Store, folder: Path) -> None:
    """Answers of two models, judged by a language model in both orders and by a person."""
    one = ComparedModel("selected, draw 1", f"Proof of {SELECTION}", PROOF_JOB, 1, "embedded", TUNING)
    other = ComparedModel("random, draw 1", f"Proof of {SELECTION}", PROOF_JOB, 2, "embedded", TUNING)
    spec = ComparisonSpec((one, other), AnswerSettings(), "demo evaluation")
    asked = store.evaluation_sets.examples(store.evaluation_sets.all()[0].evaluation_set_id)[:12]
    number = store.comparisons.add("Selected against random", spec.as_dict(), asked)
    answers = [(LONG, SHORT) if i % 4 else (SHORT, SHORT if i % 8 else LONG) for i in range(len(asked))]
    take_answers(store, folder, spec, asked, *zip(*answers, strict=True))
    judge = JudgeSettings().judge_key(WORDING)
    for pair in store.comparisons.answer_pairs(number, spec.answer_key(0), spec.answer_key(1)):
        _judged(store, judge, pair)
        store.verdicts.keep_human(
            number, HumanVerdict(pair.position, True, Verdict.FIRST if pair.position % 3 else None)
        )


def _judged(store: Store, judge: str, pair: AnswerPair) -> None:
    for question in both_orders(pair):
        better = Verdict.FIRST if len(question.first) > len(question.second) else Verdict.SECOND
        reply = f"The longer answer says more.\n{'A' if better is Verdict.FIRST else 'B'}"
        store.verdicts.keep_reply(JudgeReply(judge, question.key, better, reply, 210, 12, 0.0001, datetime.now(UTC)))


def _map(studio: Studio, folder: Path) -> None:
    """The embeddings on the plane of their two principal components."""
    model = embedding_model(studio.profile)
    numbers = [each.dataset_id for each in studio.session.store.datasets.all()]
    found = studio.session.store.maps.input(numbers, model)
    vectors = np.stack(found["vector"].to_numpy())
    centred = vectors - vectors.mean(axis=0)
    places = (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).astype(np.float32)
    n = len(places)
    columns = {"key": found["key"], "x": places[:, 0], "y": places[:, 1], "model": [model] * n}
    columns |= {"datasets": [numbers] * n, "method": [PCA_NAME] * n, "fitted": [n] * n}
    pq.write_table(pa.table(columns), folder / "map-00000.parquet")
    studio.session.store.parts.take("job map", [folder / "map-00000.parquet"])


def _marks(store: Store, rows: pd.DataFrame) -> None:
    """A few rows kept and dropped by hand, one with a note."""
    numbers = rows["row_id"].tolist()
    store.marks.mark(numbers[:3], Mark.KEEP)
    store.marks.mark(numbers[3:5], Mark.DROP)
    store.marks.note(numbers[0], "A model answer.")
