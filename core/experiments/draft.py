"""A plan turned into what it would run: sets without what the evaluation set asks, their means, their cost."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from core.experiments.contaminated import contaminated_members
from core.experiments.cost import Cost, estimate
from core.experiments.designed import coefficient_errors, condition_number
from core.experiments.plan import ExperimentPlan, make_sets
from core.experiments.questions import Questions, questions_before_proof
from core.experiments.sampling import fused, set_means
from core.indicators import registry, untargeted
from core.progress import Progress
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from core.store import Store

LENGTHS_FROM = 2_000  # rows whose texts are read to foresee the cost


@dataclass(frozen=True)
class DesignGain:
    """What designed sets gain over as many fused ones, over the indicators that all their rows have means of.

    Attributes:
        indicators: how many.
        spread: how many times as wide the set means lie, median over the indicators.
        errors: how many times as large standard errors of the coefficients are with fused sets, at the same noise,
            median over the indicators; NaN where there are too few sets to tell them apart.
        condition_number, fused_condition_number: of the standardised set means.
    """

    indicators: int
    spread: float
    errors: float
    condition_number: float
    fused_condition_number: float

    def as_dict(self) -> dict[str, float | None]:
        """JSON values; None for what is not known or infinite."""
        return {name: value if math.isfinite(value) else None for name, value in asdict(self).items()}

    @property
    def told(self) -> str:
        """In sentences."""
        wider = f"The set means spread {self.spread:.1f} times as wide as those of as many fused sets (median). "
        if self.errors != self.errors:
            return wider + f"The sets are too few to tell {self.indicators} indicators apart all at once."
        return (
            f"{wider}With the same noise, standard errors of the coefficients are {self.errors:.1f} times smaller. "
            f"Condition number of the standardised means: {self.condition_number:.3g}, fused "
            f"{self.fused_condition_number:.3g} (1: no two indicators go together)."
        )


@dataclass(frozen=True)
class Draft:
    """An experiment before it starts.

    Attributes:
        means: name, kind, rows, and the mean of each indicator that is scored, one line a set.
        contaminated: dataset_id, row_id, prompt, asked, similarity: rows of the data that ask what the evaluation set
            asks, in the same words in order (similarity 1) or in nearly the same, nearest first; no set has one of
            them.
        distinct_rows, unscored_rows: of all sets together; those that lack an indicator.
        examples: on which every set is measured.
        evaluation: the whole evaluation set, of which they are a part or all.
        evaluation_part: of which part of it they are; "" for all.
        fused_means: as `means`, of as many fused sets as there are designed ones, to compare with; None without those.
    """

    sets: tuple[CandidateSet, ...]
    means: pd.DataFrame
    contaminated: pd.DataFrame
    distinct_rows: int
    unscored_rows: int
    examples: tuple[EvaluationExample, ...]
    evaluation: tuple[EvaluationExample, ...]
    cost: Cost
    evaluation_part: str = ""
    fused_means: pd.DataFrame | None = None

    @property
    def drawn_rows(self) -> int:
        return sum(each.rows for each in self.sets)

    @property
    def designed_means(self) -> pd.DataFrame:
        """`means` of the designed sets."""
        return self.means[self.means["kind"] == Kind.DESIGNED]

    @property
    def compared_indicators(self) -> list[str]:
        """The indicators that every designed and every fused set has a mean of; none without designed sets."""
        if self.fused_means is None:
            return []
        ours, theirs = self.designed_means, self.fused_means
        return [name for name in ours.columns[3:] if ours[name].notna().all() and theirs[name].notna().all()]

    @property
    def design_gain(self) -> DesignGain | None:
        """None without designed sets, or without an indicator to compare them by."""
        names = self.compared_indicators
        if self.fused_means is None or not names:
            return None
        ours, theirs = (each[names].to_numpy(float) for each in (self.designed_means, self.fused_means))
        errors = coefficient_errors(ours), coefficient_errors(theirs)
        known = all(np.isfinite(each).all() for each in errors)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = float(np.median(ours.std(axis=0) / theirs.std(axis=0)))
        return DesignGain(
            len(names),
            spread,
            float(np.median(errors[1] / errors[0])) if known else np.nan,
            condition_number(ours),
            condition_number(theirs),
        )

    @property
    def dataset_ids(self) -> tuple[int, ...]:
        """Datasets of which some set has rows."""
        return tuple(sorted({number for each in self.sets for number in each.composition}))


def draft(store: Store, plan: ExperimentPlan, progress: Progress) -> Draft:
    """Make the sets of a plan.

    Contamination is looked for against the whole evaluation set, also where only a part of it is measured.

    Raises:
        SelectionError: there are too few rows for what is asked.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    everything = store.browse.candidates(Filters())
    used = everything[everything["dataset_id"].isin(_datasets(plan, everything))]
    selections = {store.selections.get(n).name: store.selections.members(n) for n in plan.selection_ids}
    questions = questions_before_proof(store.evaluation_sets, plan)
    members = pd.concat([used, *selections.values()])[["dataset_id", "row_id"]].drop_duplicates(ignore_index=True)
    found = contaminated_members(store, members, questions.whole, progress)
    known = set(found["row_id"])
    progress.update(0, 0, "Drawing the sets")
    clean = {name: each[~each["row_id"].isin(known)] for name, each in selections.items()}
    pool = used[~used["row_id"].isin(known)]
    made = describe(store, plan, make_sets(plan, pool, clean), everything, found, questions)
    if not plan.designed_sets:
        return made
    wanted = pool[pool["dataset_id"].isin(plan.dataset_ids)] if plan.dataset_ids else pool
    uniform = fused(wanted[["dataset_id", "row_id"]], plan.designed_sets, plan.rows, plan.seed)
    return replace(made, fused_means=set_means(uniform, everything, list(made.means.columns[3:])))


def describe(
    store: Store,
    plan: ExperimentPlan,
    sets: Sequence[CandidateSet],
    scored: pd.DataFrame,
    contaminated: pd.DataFrame,
    questions: Questions,
) -> Draft:
    """The draft of sets that are made already.

    Args:
        scored: dataset_id, row_id and the indicators of the rows that the sets were drawn from.
        contaminated: from `contaminated_members`.
    """
    columns = [name for name in registry() if name in scored]
    drawn = pd.concat([each.members for each in sets]).drop_duplicates(ignore_index=True)
    scores = drawn.merge(scored, how="left", on=["dataset_id", "row_id"]).reindex(columns=untargeted())
    ids = drawn["row_id"].drop_duplicates().to_numpy()
    some = np.random.default_rng(plan.seed).permutation(ids)[:LENGTHS_FROM]
    sample = list(store.rows.get([int(n) for n in some]).values())
    return Draft(
        sets=tuple(sets),
        means=set_means(sets, scored, columns),
        contaminated=contaminated,
        distinct_rows=len(drawn),
        unscored_rows=int(scores.isna().any(axis=1).sum()),
        examples=questions.measured,
        evaluation=questions.whole,
        cost=estimate(plan, sample, sum(each.rows for each in sets), len(drawn), questions.measured, len(sets)),
        evaluation_part=questions.part,
    )


def _datasets(plan: ExperimentPlan, everything: pd.DataFrame) -> set[int]:
    """Which datasets the plan draws from."""
    drawn = set(plan.dataset_ids or everything["dataset_id"].unique()) if plan.drawn_sets else set()
    return drawn | ({plan.level_dataset} if plan.level_indicators else set())
