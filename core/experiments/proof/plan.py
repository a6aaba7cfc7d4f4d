"""A proof of a selection: models tuned on what it chooses beside models tuned on other choices of the same rows.

What is proved is the choice, so the choice is what is repeated. Seeds of one selection would only repeat its tuning:
they say nothing about the rows that it would choose from other data. So the candidates are cut into sub-pools, of each
the choice is made anew and every control is drawn anew, and each is tuned once. Where the one saved selection itself is
to be proved, it is placed among random draws of its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from annotated_types import Ge, Lt

from core.rows.candidate_set import CandidateSet
from core.rules.rule import Rule
from core.selection.spec import RankBy, SelectionSpec
from core.values import Door, NotNegative, Positive, Seed, Value, read

KEPT_AS = "proof"  # under which name an experiment's plan holds that of a proof


class Arm(StrEnum):
    """The sides of a proof. Those after the controls are of proofs made before selections were made anew."""

    SELECTED = "selected"
    RANDOM = "random"
    LENGTH = "length-matched"
    SOURCE = "source-matched"
    LONGEST = "longest"
    RANDOM_TOKENS = "random, equal tokens"
    LONGEST_TOKENS = "longest, equal tokens"
    LOWEST = "lowest"
    WHOLE = "whole"


class ProofDesign(StrEnum):
    """What is repeated."""

    SUBPOOLS = "sub-pools"  # the choice, on sub-pools of its candidates
    SELECTION = "selection"  # the controls alone, beside the one saved selection
    SEEDS = "seeds"  # of earlier versions: the tuning alone


Control = Literal["length-matched", "source-matched", "longest"]
CONTROLS: tuple[Control, ...] = ("length-matched", "source-matched", "longest")
_Share = Annotated[float, Ge(0), Lt(1)]
USUAL_DRAWS = {ProofDesign.SUBPOOLS: 6, ProofDesign.SELECTION: 9}


@dataclass(frozen=True)
class ProofPlan(Value):
    """What a proof is to compare, kept with its experiment.

    Attributes:
        selection_id, selection: which saved selection, and its name.
        draws: how many sub-pools, S, or how many random draws the one selection is placed among, R.
        controls: beside random rows, which are always there.
        equal_tokens: random and longest rows also at the selection's response tokens, in place of its rows.
        most_rows: of a set on a sub-pool, at most, as models take their time; 0 for as many as there are.
        seed: the first of the tuning seeds, one a sub-pool or draw.
        rule: by which the rows were ranked; None where they were ranked by something else.
        overlap: the share of rows that two sub-pools have in common; 0 where they are disjoint. The draft sets it.
        alike: by control, how the differences of two sub-pools correlate through rows that their sets share; empty
            where they share none. The draft sets it.
        test_examples: how many of the measured examples, the first ones, are of the test part; 0 for all. The draft
            sets it.
        transfer_examples: how many, after these, are of the transfer part. The draft sets it.
        flattered: a sentence where the rule was learned on questions that the proof asks, else "". The draft sets it.
    """

    selection_id: int
    selection: str
    design: ProofDesign = ProofDesign.SUBPOOLS
    draws: Positive = 6
    controls: tuple[Control, ...] = CONTROLS
    equal_tokens: bool = False
    most_rows: NotNegative = 0
    seed: Seed = 0
    rule: Rule | None = None
    overlap: _Share = 0.0
    alike: dict[str, _Share] = field(default_factory=dict)
    test_examples: NotNegative = 0
    transfer_examples: NotNegative = 0
    flattered: str = ""


def proof_of(spec: Mapping[str, Any]) -> ProofPlan | None:
    """What an experiment is to prove, by its specification; None where it is no proof."""
    kept = spec.get("plan", {}).get(KEPT_AS)
    if not kept:
        return None
    return read(ProofPlan, {"design": ProofDesign.SEEDS, **kept}, "proof", Door.STORE)


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
