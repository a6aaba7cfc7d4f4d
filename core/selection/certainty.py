"""How sure it is that a row is kept: the same selection over draws of what it was learned from and of its seed.

A row at the edge of a selection is in by the luck of the sets that the rule was learned from, of the guide questions,
or of a seed; one far from the edge is in anyhow. So the selection is made many times: each time with coefficients that
another draw of candidate sets could have given, with influence on another part of the guide questions, with another
seed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd

from core.embeddings.diversity import Embed
from core.errors import SelectionError
from core.progress import Progress, Silent
from core.rules.rule import Rule
from core.selection.select import RankBy, SelectionSpec, select

DRAWS = 50
SURE = 0.95  # share of the draws from which on a row is sure to be kept; sure to be dropped below the rest


class Sureness(StrEnum):
    """What the share of draws in which a row is kept comes to."""

    KEEP = "sure to keep"
    TOSS_UP = "toss-up"
    DROP = "sure to drop"


@dataclass(frozen=True, eq=False)
class RowCertainty:
    """How often each candidate is kept.

    Attributes:
        rows: dataset_id, row_id, kept (in the selection itself), kept_share (of the draws), verdict; surest first. A
            pair that stands in two datasets is there once.
        draws: how many selections.
        varied: what differed between them, in words; without any there is nothing to be unsure of.
        fixed: what could have differed and did not, and why, sentences.
    """

    rows: pd.DataFrame
    draws: int
    varied: tuple[str, ...]
    fixed: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        found = self.rows["verdict"].value_counts()
        return {str(each): int(found.get(str(each), 0)) for each in Sureness}


def certainty(
    candidates: pd.DataFrame,
    spec: SelectionSpec,
    embed: Embed,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> RowCertainty:
    """Make a selection many times, and count how often it keeps each row.

    Args:
        candidates, embed: as of `select`.
        draws: how many selections; draw i has the seed `spec.seed + i`.

    Raises:
        SelectionError: the selection can't be made, or no draws are asked for.
        Cancelled: `progress` said so.
    """
    if draws < 2:
        raise SelectionError("Certainty needs at least two draws.")
    told = progress or Silent()
    rules, by_rule, fixed = _drawn_rules(spec, draws)
    halves = _guide_columns(candidates, spec)
    varied = [*([by_rule] if by_rule else [])]
    varied += [f"{name} on {len(columns)} parts of the guide questions" for name, columns in halves.items()]
    varied += ["the seed"] if spec.rank_by in (RankBy.RANDOM, RankBy.WAY) else []
    itself = select(candidates, spec, embed).kept["row_id"]
    times = pd.Series(0, index=pd.Index(candidates["row_id"].unique(), name="row_id"))
    for i in range(draws):
        told.update(i, draws, "Selecting again")
        drawn = candidates
        for name, columns in halves.items():
            drawn = drawn.assign(**{name: candidates[columns[i % len(columns)]]})
        again = select(drawn, replace(spec, rule=rules[i], seed=spec.seed + i), embed)
        times[again.kept["row_id"].to_numpy()] += 1
    rows = candidates[["dataset_id", "row_id"]].drop_duplicates("row_id")
    share = rows["row_id"].map(times) / draws
    rows = rows.assign(kept=rows["row_id"].isin(itself), kept_share=share, verdict=_verdicts(share))
    return RowCertainty(
        rows.sort_values("kept_share", ascending=False, kind="stable", ignore_index=True),
        draws,
        tuple(varied),
        tuple(fixed),
    )


def _verdicts(share: pd.Series) -> np.ndarray:
    conditions = [share >= SURE, share <= 1 - SURE + 1e-9]
    return np.select(conditions, [str(Sureness.KEEP), str(Sureness.DROP)], str(Sureness.TOSS_UP))


def _drawn_rules(spec: SelectionSpec, draws: int) -> tuple[Sequence[Rule | None], str, list[str]]:
    """The rule of each draw, in what they differ, and why they don't."""
    rule = spec.rule
    if rule is None or spec.rank_by is not RankBy.RULE:
        return [rule] * draws, "", []
    random = np.random.default_rng(spec.seed)
    refits = rule.learned.draws if rule.learned is not None else ()
    errors = [term.standard_error for term in rule.terms]
    if refits:
        order = [random.permutation(len(refits)) for _ in range(-(-draws // len(refits)))]
        coefficients = np.array(refits)[np.concatenate(order)[:draws]]
        how = "the rule, refitted to resampled candidate sets"
    elif all(error is not None and np.isfinite(error) for error in errors):
        centre = np.array([term.coefficient for term in rule.terms])
        coefficients = random.normal(centre, np.array(errors, float), size=(draws, len(rule.terms)))
        how = "the rule's coefficients, by their standard errors as if independent"
    else:
        return (
            [rule] * draws,
            "",
            ["How sure the rule's coefficients are is not known, so they stay as they are."],
        )
    return [_with(rule, each) for each in coefficients], how, []


def _with(rule: Rule, coefficients: np.ndarray) -> Rule:
    terms = [replace(term, coefficient=float(each)) for term, each in zip(rule.terms, coefficients, strict=True)]
    return replace(rule, terms=tuple(terms))


def _guide_columns(candidates: pd.DataFrame, spec: SelectionSpec) -> dict[str, list[str]]:
    """Of each indicator of the ranking the columns that measure it on other parts of the guide: `influence_guide_1`."""
    found = {
        name: sorted(str(each) for each in candidates if re.fullmatch(rf"{re.escape(name)}_guide_\d+", str(each)))
        for name in spec.indicators
    }
    return {name: columns for name, columns in found.items() if columns}
