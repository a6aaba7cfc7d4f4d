"""What an experiment is to be: how its candidate sets are made, how it tunes, and on what it measures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import pandas as pd

from core.errors import SelectionError
from core.experiments.presets import PRESETS, ExperimentPreset
from core.experiments.sampling import fused, hierarchical, of_selection, random_sets
from core.finetune.settings import Precision, TuningSettings
from core.rows.candidate_set import CandidateSet

PRIORITIES = {"first": 1, "normal": 10, "last": 100}  # of an experiment's sets in the queue, 1 before all others


@dataclass(frozen=True)
class ExperimentPlan:
    """Every choice of the wizard, as JSON values, so that an experiment can be cloned with changes.

    Attributes:
        preset: the size from which it was begun.
        dataset_ids: from which fused and random sets are drawn; empty for all.
        fused_sets, random_sets: how many of each, 0 for none.
        rows: N, of each fused or random set.
        level_dataset: which is cut into levels, 0 for the first.
        level_indicators: by which, one after the other; empty for no hierarchical sets.
        levels: K.
        level_rows: the most of each level, 0 for all of it.
        selection_ids: saved selections that are sets too.
        evaluation_set: 0 for the first.
        responses: on which loss is measured, 0 for all.
        stop_if_contaminated: refuse to start where training rows ask what the evaluation set asks, in place of
            leaving them out.
        priority: a name of PRIORITIES.
    """

    name: str = ""
    preset: str = "taste"
    dataset_ids: tuple[int, ...] = ()
    fused_sets: int = 8
    random_sets: int = 0
    rows: int = 24
    level_dataset: int = 0
    level_indicators: tuple[str, ...] = ()
    levels: int = 8
    level_rows: int = 24
    selection_ids: tuple[int, ...] = ()
    seed: int = 0
    evaluation_set: int = 0
    responses: int = 32
    max_evaluation_tokens: int = 256
    stop_if_contaminated: bool = False
    priority: str = "normal"
    profile: str = "embedded"
    precision: str = Precision.BF16.value
    epochs: int = 1
    max_tokens: int = 512
    batch_size: int = 8
    learning_rate: float = 3e-4
    warmup_ratio: float = 0.03
    lora_rank: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.05
    target_modules: tuple[str, ...] = ("q_proj", "v_proj")
    template: Literal["alpaca", "chat"] = "alpaca"

    @property
    def tuning(self) -> TuningSettings:
        """How each set is tuned."""
        own = {each.name for each in fields(self)}
        shared = {each.name for each in fields(TuningSettings)} & own
        return TuningSettings(
            **{name: getattr(self, name) for name in shared} | {"precision": Precision(self.precision)}
        )

    @property
    def drawn_sets(self) -> int:
        """Sets that are drawn from the chosen datasets."""
        return self.fused_sets + self.random_sets

    @property
    def sets(self) -> int:
        """How many there will be."""
        return self.drawn_sets + len(self.level_indicators) * self.levels + len(self.selection_ids)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ExperimentPlan":
        """The plan of `as_dict`; names that are not known any more fall away."""
        known = {each.name for each in fields(cls)}
        kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if n in known}
        return cls(**kept)

    @classmethod
    def of_preset(cls, preset: ExperimentPreset, best_precision: Precision) -> "ExperimentPlan":
        """The plan that a preset begins with.

        Args:
            best_precision: what this machine tunes fastest in.
        """
        return cls(
            preset=preset.name,
            fused_sets=preset.sets,
            rows=preset.rows,
            level_rows=preset.rows,
            responses=preset.responses,
            max_evaluation_tokens=preset.max_evaluation_tokens,
            profile=preset.profile,
            precision=(Precision.INT8 if preset.paper_precision else best_precision).value,
            epochs=preset.epochs,
        )


def first_plan(best_precision: Precision) -> ExperimentPlan:
    """What the wizard shows to who has chosen nothing."""
    return ExperimentPlan.of_preset(next(iter(PRESETS.values())), best_precision)


def make_sets(
    plan: ExperimentPlan, candidates: pd.DataFrame, selections: Mapping[str, pd.DataFrame]
) -> list[CandidateSet]:
    """The candidate sets of a plan; the same plan over the same data makes the same sets.

    Args:
        candidates: dataset_id, row_id and the indicators, of all rows that may be used.
        selections: by name, the members of the chosen saved selections (dataset_id, row_id, best first).

    Raises:
        SelectionError: there are too few rows for what is asked, or nothing is asked.
    """
    if not plan.sets:
        raise SelectionError(
            "The experiment has no candidate sets.", mend="Add fused sets, random sets, levels or a selection."
        )
    wanted = candidates["dataset_id"].isin(plan.dataset_ids) if plan.dataset_ids else slice(None)
    pool = candidates.loc[wanted, ["dataset_id", "row_id"]]
    made: list[CandidateSet] = []
    if plan.fused_sets:
        made += fused(pool, plan.fused_sets, plan.rows, plan.seed)
    if plan.random_sets:
        once = pool.drop_duplicates("row_id")  # a pair that stands in two datasets is drawn at most once into a set
        made += random_sets(once, plan.random_sets, plan.rows, plan.seed)
    for name in plan.level_indicators:
        one = candidates[candidates["dataset_id"] == plan.level_dataset]
        if name not in one:
            raise SelectionError(f"No row has a score for {name}.", mend="Score the dataset first.")
        made += hierarchical(one, name, plan.levels, plan.level_rows or None, plan.seed)
    made += [of_selection(name, members, {"selection": name}) for name, members in selections.items()]
    return made
