"""The sets of a proof: on each sub-pool the choice made anew beside its controls, or the one selection beside draws."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.embeddings.diversity import Embed
from core.errors import SelectionError
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan
from core.experiments.proof.subpools import FIRST_SEED, SubPools, likeness, refuse_all_alike, scaled, subpools
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.marks import Mark
from core.selection.controls import matched_in_length, matched_in_source
from core.selection.select import RankBy, SelectionSpec, select
from core.selection.spec import TOKENS

LONGEST = {Arm.LONGEST, Arm.LONGEST_TOKENS}  # of one pool always the same rows


@dataclass(frozen=True, eq=False)
class ProofSets:
    """The sets of a proof, each with `arm`, `tuning_seed` and `draw` in its detail.

    Attributes:
        sets: of each sub-pool in turn, so that a part of the models already says something.
        rows: of a set of selected rows.
        share: of the pool that a sub-pool has; 1 for the one selection.
        disjoint: whether sub-pools have no row in common.
        alike: by control, how the differences of two sub-pools correlate by the rows that they share.
        left_out: sentences on controls that can't be drawn.
    """

    sets: tuple[CandidateSet, ...]
    rows: int
    share: float
    disjoint: bool
    alike: dict[str, float]
    left_out: tuple[str, ...]


def proof_sets(
    plan: ProofPlan, spec: SelectionSpec, members: pd.DataFrame, pool: pd.DataFrame, embed: Embed
) -> ProofSets:
    """The sets of a proof.

    Controls are drawn from the rows that the selection could have chosen: those with a rank that were not dropped by
    hand. Its quotas do not bind random rows: what the datasets explain, source-matched rows tell.

    Args:
        spec: how the selection was made.
        members: dataset_id, row_id of the selection, best first.
        pool: dataset_id, row_id, the indicators and marks of the rows that its filters leave.
        embed: unit vectors of rows by number; called only where the spec needs them.

    Raises:
        SelectionError: there is nothing to compare the selection with.
    """
    able = pool[_can_be_chosen(pool, spec)].reset_index(drop=True)
    arms, left_out = _arms(plan, able)
    if plan.design is ProofDesign.SELECTION:
        refuse_all_alike(len(members), able["row_id"].nunique(), plan.selection)
        drawn, itself = _without_itself(list(_beside_one(plan, members, able, arms)), able)
        return ProofSets(drawn, len(members), 1.0, True, {}, (*left_out, *itself))
    parts = subpools(able, members["row_id"].nunique(), plan.draws, plan.seed, plan.selection, plan.most_rows)
    made, itself = _without_itself(list(_on_subpools(plan, spec, parts, arms, embed)), able)
    alike = {} if parts.disjoint else _alike(made)
    return ProofSets(made, made[0].rows, parts.share, parts.disjoint, alike, (*left_out, *itself))


def _can_be_chosen(pool: pd.DataFrame, spec: SelectionSpec) -> pd.Series:
    """Which rows have the scores that the choice needs of them, or are kept by hand, and were not dropped by hand.

    Those that a way of choosing leaves out can be: to leave them out is part of the choice.
    """
    lacking = [name for name in spec.indicators if name not in pool]
    if lacking:
        raise SelectionError(f"No row has a score for {', '.join(lacking)}.", mend="Score the datasets again.")
    able = pool[list(spec.indicators)].notna().all(axis=1)
    if spec.rank_by is RankBy.WAY:
        able |= ~spec.known_way().considered(pool)
    if "mark" in pool:
        able = (able | (pool["mark"] == Mark.KEEP)) & (pool["mark"] != Mark.DROP)
    return able


def _arms(plan: ProofPlan, pool: pd.DataFrame) -> tuple[list[Arm], tuple[str, ...]]:
    """The controls that can be drawn, and why others can't."""
    wanted = [Arm.RANDOM, *(Arm(each) for each in plan.controls)]
    wanted += [Arm.RANDOM_TOKENS, Arm.LONGEST_TOKENS] if plan.equal_tokens else []
    by_length = {Arm.LENGTH, Arm.RANDOM_TOKENS} | LONGEST
    left_out = []
    if by_length & set(wanted) and (TOKENS not in pool or pool[TOKENS].isna().any()):
        wanted = [arm for arm in wanted if arm not in by_length]
        left_out.append("Output length is not scored for every row: controls by length are left out.")
    if Arm.SOURCE in wanted and pool["dataset_id"].nunique() < 2:
        wanted.remove(Arm.SOURCE)
        left_out.append("The pool has one dataset: source-matched rows are left out.")
    return wanted, tuple(left_out)


def _on_subpools(
    plan: ProofPlan, spec: SelectionSpec, parts: SubPools, arms: list[Arm], embed: Embed
) -> Iterator[CandidateSet]:
    smaller = scaled(spec, parts.rows, parts.share)
    for draw, part in enumerate(parts.parts):
        chosen = select(part, smaller, embed).kept
        if chosen.empty:
            raise SelectionError(
                "The selection keeps no row of a sub-pool.", where=plan.selection, mend="Use fewer sub-pools."
            )
        yield _set(Arm.SELECTED, chosen, plan.seed + draw, draw)
        for arm in arms:
            yield _set(arm, _control(arm, part, chosen, plan.seed, draw), plan.seed + draw, draw)


def _beside_one(plan: ProofPlan, members: pd.DataFrame, pool: pd.DataFrame, arms: list[Arm]) -> Iterator[CandidateSet]:
    yield _set(Arm.SELECTED, members, plan.seed, 0)
    for draw in range(plan.draws):
        for arm in arms:
            if arm not in LONGEST or not draw:
                yield _set(arm, _control(arm, pool, members, plan.seed, draw), plan.seed + 1 + draw, draw)


def _control(arm: Arm, pool: pd.DataFrame, chosen: pd.DataFrame, seed: int, draw: int) -> pd.DataFrame:
    """Rows of the pool, as many as were chosen or of as many response tokens."""
    number = FIRST_SEED * (1 + list(Arm).index(arm)) + 1_000 * seed + draw
    if arm is Arm.LENGTH:
        return matched_in_length(pool, chosen, number)
    if arm is Arm.SOURCE:
        return matched_in_source(pool, chosen, number)
    once = pool.drop_duplicates("row_id")
    shuffled = once.iloc[np.random.default_rng(number).permutation(len(once))]
    ordered = shuffled.sort_values(TOKENS, ascending=False, kind="stable") if arm in LONGEST else shuffled
    if arm in (Arm.RANDOM, Arm.LONGEST):
        return ordered.head(len(chosen))
    tokens = chosen[["row_id"]].merge(once[["row_id", TOKENS]], on="row_id")[TOKENS].sum()
    return ordered.head(max(1, _nearest(ordered[TOKENS].to_numpy(float), float(tokens))))


def _nearest(lengths: np.ndarray, tokens: float) -> int:
    """How many of the first rows come nearest to so many tokens."""
    return int(np.abs(np.cumsum(lengths) - tokens).argmin()) + 1


def _without_itself(sets: list[CandidateSet], pool: pd.DataFrame) -> tuple[tuple[CandidateSet, ...], tuple[str, ...]]:
    """The sets without a longest control that is the selection, but for rows of one length; and a sentence on it."""
    if TOKENS not in pool:
        return tuple(sets), ()
    tokens = pool.drop_duplicates("row_id").set_index("row_id")[TOKENS]

    def lengths(each: CandidateSet) -> list[float]:
        return sorted(tokens.reindex(each.members["row_id"]).tolist())

    selected = {each.detail["draw"]: lengths(each) for each in sets if each.detail["arm"] == Arm.SELECTED}
    alike = {
        arm
        for arm in LONGEST
        if all(lengths(each) == selected[each.detail["draw"]] for each in sets if each.detail["arm"] == arm)
    }
    left = tuple(each for each in sets if each.detail["arm"] not in alike)
    told = ("The selected rows are the longest themselves: that control is left out.",) if len(left) < len(sets) else ()
    return left, told


def _alike(sets: tuple[CandidateSet, ...]) -> dict[str, float]:
    by_arm: dict[str, list[set[int]]] = {}
    for each in sets:
        by_arm.setdefault(each.detail["arm"], []).append(set(each.members["row_id"]))
    selected = by_arm.pop(str(Arm.SELECTED))
    return {arm: likeness(selected, control) for arm, control in by_arm.items()}


def _set(arm: Arm, members: pd.DataFrame, seed: int, draw: int) -> CandidateSet:
    kind = Kind.SELECTION if arm is Arm.SELECTED else Kind.BEST if arm in LONGEST else Kind.RANDOM
    detail = {"arm": str(arm), "tuning_seed": seed, "draw": draw}
    title = f"{arm}, draw {draw + 1}"
    return CandidateSet(title, kind, members[["dataset_id", "row_id"]].reset_index(drop=True), detail)
