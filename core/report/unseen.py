"""Unseen data (paper, section 4): how rows were sampled, the rule's value and the loss, from a proof's models."""

import math
from dataclasses import dataclass

from core.experiments.proof.outcome import Proof, Ruling
from core.experiments.proof.plan import Arm
from core.experiments.proof.rule_table import FEWEST_SUBSETS, RuleTable
from core.experiments.proof.wording import TITLES
from core.regression.univariate import FEWEST, fisher_interval
from core.report.findings import ComparedFinding, Finding, Own, ReplicationStatus, findings
from core.statistics import LEVEL

AGREEMENT = {
    Ruling.BETTER: ReplicationStatus.AGREES,
    Ruling.WORSE: ReplicationStatus.DISAGREES,
}
UNTOLD = {
    Ruling.NOT_SHOWN: "not significant",
    Ruling.TOO_FEW: "too few sub-pools or draws",
    Ruling.UNMEASURED: "not measured yet",
}


@dataclass(frozen=True)
class SubsetLine:
    """One subset: how it was sampled, over how many models its loss is the mean, and the rule's value (NaN: none)."""

    method: str
    models: int
    rule_value: float
    loss: float


@dataclass(frozen=True, eq=False)
class UnseenDataResult:
    """The table of a proof.

    Attributes:
        name: of the proof's experiment.
        rule: title of the rule whose value is shown; "" for none.
        same_data: a sentence where the rule was learned on the data of the proof.
        proof: with its verdict and comparisons.
    """

    name: str
    rule: str
    same_data: str
    lines: tuple[SubsetLine, ...]
    proof: Proof
    compared: tuple[ComparedFinding, ...]


def unseen(name: str, rule: str, same_data: str, table: RuleTable | None, proof: Proof) -> UnseenDataResult:
    """The paper's table from a proof.

    Args:
        table: rule value and loss of each subset; None where rows were not ranked by a rule or are not scored.
    """
    if table is not None and not table.lines.empty:
        lines = [
            SubsetLine(TITLES[Arm(line["arm"])], line["seeds"], line["rule_value"], line["loss"])
            for line in table.lines.to_dict("records")
        ]
    else:
        lines = [SubsetLine(TITLES[each.arm], len(each.losses), math.nan, each.mean) for each in proof.arms]
    value, selected = findings("unseen")
    compared = (_value(value, table), _selected(selected, proof))
    return UnseenDataResult(name, rule, same_data, tuple(lines), proof, compared)


def _value(finding: Finding, table: RuleTable | None) -> ComparedFinding:
    if table is None:
        return ComparedFinding.by_sign(finding, None, "the rows of this proof have no rule value")
    if table.pearson != table.pearson:
        return ComparedFinding.by_sign(finding, None, f"fewer than {FEWEST_SUBSETS} different sets")
    subsets = len(table.lines)
    reach = fisher_interval(table.pearson, subsets, LEVEL) if subsets >= FEWEST else (math.nan, math.nan)
    return ComparedFinding.by_sign(finding, Own(f"Pearson r, {subsets} sets", table.pearson, *reach, table.p_value))


def _selected(finding: Finding, proof: Proof) -> ComparedFinding:
    """By the proof's own ruling."""
    against = proof.against(Arm.RANDOM)
    own = None
    if against is not None:
        found = against.found
        own = Own("loss, selected − random", found.difference, found.low, found.high, found.p_value)
    return ComparedFinding(
        finding, own, AGREEMENT.get(proof.ruling, ReplicationStatus.UNTOLD), UNTOLD.get(proof.ruling, "")
    )
