"""A proof of a selection: models tuned on the rows it chose beside models tuned on random rows of the same data.

The paper (section 4) shows its rule on data on which the rule was not learned. One model on each side would not do:
which rows chance drew and with which seed was tuned move the loss as well. So each side is tuned several times, every
random set with other rows, and all have the same size and come from the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.marks import Mark
from core.rules.rule import Rule
from core.selection.select import Diversity, RankBy, SelectionSpec, select
from core.values import Door, Positive, Seed, Value, read

DRAW_SEEDS = 10_000  # random sets are drawn with seeds from here on, apart from a selection's own
TURNED = "rank value"
KEPT_AS = "proof"  # under which name an experiment's plan holds that of a proof
SPREAD = 0.95  # share of the rows that a random set has in common with the selection above which nothing can be shown


class Arm(StrEnum):
    """The sides of a proof."""

    SELECTED = "selected"
    RANDOM = "random"
    LOWEST = "lowest"
    WHOLE = "whole"


@dataclass(frozen=True)
class ProofPlan(Value):
    """What a proof is to compare, kept with its experiment.

    Attributes:
        selection_id, selection: which saved selection, and its name.
        seeds: S, how often each side is tuned.
        lowest: tune on the lowest-ranked rows as well.
        whole: tune once on every row as well.
        seed: the first of the S tuning seeds.
        rule: by which the rows were ranked; None where they were ranked by something else.
    """

    selection_id: int
    selection: str
    seeds: Positive = 3
    lowest: bool = False
    whole: bool = False
    seed: Seed = 0
    rule: Rule | None = None

    @property
    def sets(self) -> int:
        """How many models are tuned."""
        return self.seeds * (2 + self.lowest) + self.whole


def proof_of(spec: Mapping[str, Any]) -> ProofPlan | None:
    """What an experiment is to prove, by its specification; None where it is no proof."""
    kept = spec.get("plan", {}).get(KEPT_AS)
    return read(ProofPlan, kept, "proof", Door.STORE) if kept else None


@dataclass(frozen=True)
class ProofRun:
    """One model of a proof: set `number` of the experiment, on which side, tuned with which seed, on which draw."""

    number: int
    arm: Arm
    seed: int
    draw: int = 0


def runs_of(sets: Sequence[CandidateSet]) -> list[ProofRun]:
    """The models of a proof, from the sets of its experiment in the order of their numbers; others are passed over."""
    return [
        ProofRun(number, Arm(each.detail["arm"]), int(each.detail["tuning_seed"]), int(each.detail["draw"]))
        for number, each in enumerate(sets, start=1)
        if each.detail.get("arm") in set(Arm)
    ]


def proof_sets(
    plan: ProofPlan, spec: SelectionSpec, members: pd.DataFrame, pool: pd.DataFrame
) -> tuple[CandidateSet, ...]:
    """The sets of a proof, each with `arm`, `tuning_seed` and `draw` in its detail.

    Random and lowest-ranked rows are drawn from the rows that the selection could have chosen, those with a rank that
    were not dropped by hand, and within its quotas; so what differs between the sides is the ranking, what diversity
    was asked for and what was kept by hand.

    Args:
        spec: how the selection was made.
        members: dataset_id, row_id of the selection, best first.
        pool: dataset_id, row_id, the indicators and marks of the rows that its filters leave.

    Raises:
        SelectionError: there is nothing to compare the selection with, or no lowest-ranked rows.
    """
    ranked = _by_rank_alone(pool[_values(pool, spec).notna()])
    _refuse_all_alike(plan, members, ranked)
    rows = len(members)
    seeds = [plan.seed + i for i in range(plan.seeds)]
    plain = replace(spec, rows=rows, percent=None, diversity=Diversity.NONE, near_duplicate_similarity=None)
    made = [_set(Kind.SELECTION, Arm.SELECTED, members, seed) for seed in seeds]
    for draw, seed in enumerate(seeds):
        chance = replace(plain, rank_by=RankBy.RANDOM, seed=DRAW_SEEDS + seed)
        made.append(_set(Kind.RANDOM, Arm.RANDOM, _kept(ranked, chance), seed, draw))
    if plan.lowest:
        lowest = _kept(*_turned(ranked, plain))
        made += [_set(Kind.HIERARCHICAL, Arm.LOWEST, lowest, seed) for seed in seeds]
    if plan.whole:
        made.append(_set(Kind.WHOLE, Arm.WHOLE, ranked.drop_duplicates("row_id"), plan.seed))
    return tuple(made)


def _by_rank_alone(pool: pd.DataFrame) -> pd.DataFrame:
    """The pool without rows dropped by hand; those kept by hand are rows like all others."""
    if "mark" in pool:
        pool = pool[pool["mark"] != Mark.DROP].drop(columns="mark")
    return pool.reset_index(drop=True)


def data_overlap_warning(spec: SelectionSpec, datasets: Sequence[str]) -> str:
    """A sentence where the rule was learned on datasets from which this proof draws, else "".

    Args:
        datasets: names of those of the selection.
    """
    if spec.rank_by is not RankBy.RULE or spec.rule is None or spec.rule.learned is None:
        return ""
    shared = sorted(set(spec.rule.learned.data) & set(datasets))
    if not shared:
        return ""
    return (
        f"The rule '{spec.rule.title}' was learned on sets drawn from {', '.join(shared)}, and this proof uses the "
        "same data: its result may not generalise. The paper tests its rule on unseen data."
    )


def expected_overlap(rows: int, pool_rows: int) -> float:
    """The share of its rows that a random set has in common with the selection, on average."""
    return rows / pool_rows if pool_rows else 1.0


def _refuse_all_alike(plan: ProofPlan, members: pd.DataFrame, ranked: pd.DataFrame) -> None:
    distinct = ranked["row_id"].nunique()
    if members.empty:
        raise SelectionError(
            "All rows of this selection have been deleted.", where=plan.selection, mend="Choose another selection."
        )
    if expected_overlap(len(members), distinct) > SPREAD:
        raise SelectionError(
            f"The selection has {len(members):,} of the {distinct:,} rows of its pool, so random rows would be "
            "nearly the same.",
            where=plan.selection,
            mend="Use a selection with a smaller share of its pool.",
        )


def _set(kind: Kind, arm: Arm, members: pd.DataFrame, seed: int, draw: int = 0) -> CandidateSet:
    detail = {"arm": str(arm), "tuning_seed": seed, "draw": draw}
    return CandidateSet(f"{arm}, seed {seed}", kind, members[["dataset_id", "row_id"]].reset_index(drop=True), detail)


def _values(pool: pd.DataFrame, spec: SelectionSpec) -> pd.Series:
    """By what the selection ranks rows; where it ranks by nothing, every row counts."""
    if spec.rank_by is RankBy.RULE and spec.rule is not None:
        return spec.rule.predict(pool)
    if spec.rank_by is RankBy.INDICATOR and spec.indicator in pool:
        return pool[spec.indicator].astype(float)
    if spec.rank_by is RankBy.INDICATOR:
        raise SelectionError(f"No row has a score for {spec.indicator}.", mend="Score the datasets again.")
    return pd.Series(0.0, index=pool.index)


def _turned(ranked: pd.DataFrame, spec: SelectionSpec) -> tuple[pd.DataFrame, SelectionSpec]:
    """The pool and a specification that keeps of it what this one ranks lowest."""
    if spec.rank_by not in (RankBy.RULE, RankBy.INDICATOR):
        raise SelectionError(
            "This selection has no ranking, so it has no lowest-ranked rows.",
            mend="Compare with random rows only.",
        )
    highest = spec.rank_by is RankBy.RULE or not spec.descending
    turned = replace(spec, rank_by=RankBy.INDICATOR, indicator=TURNED, descending=highest)
    return ranked.assign(**{TURNED: _values(ranked, spec)}), turned


def _kept(ranked: pd.DataFrame, spec: SelectionSpec) -> pd.DataFrame:
    kept = select(ranked, spec, _no_vectors).kept
    if len(kept) < (spec.rows or 0):
        raise SelectionError(
            f"Only {len(kept):,} of {spec.rows:,} rows can be drawn within the selection's quotas.",
            mend="Use a selection without quotas or with larger ones.",
        )
    return kept


def _no_vectors(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
    raise AssertionError(f"{len(row_ids)} rows were to be embedded, though no diversity is asked for")
