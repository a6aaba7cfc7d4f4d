"""What an experiment is to be: how its candidate sets are made, how it tunes, and on what it measures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal

import pandas as pd
from annotated_types import Ge, Gt, Le, Lt, MinLen

from core.errors import SelectionError, ValueRefused
from core.experiments.designed import designed
from core.experiments.presets import PRESETS, ExperimentPreset
from core.experiments.sampling import fused, hierarchical, of_selection, random_sets
from core.finetune.settings import LEARNING_RATES, Method, Precision, TuningSettings, refused_together
from core.indicators import registry
from core.rows.candidate_set import CandidateSet
from core.values import NotNegative, Positive, Seed, Value, changed

PRIORITIES = {"first": 1, "normal": 10, "last": 100}  # of an experiment's sets in the queue, 1 before all others


@dataclass(frozen=True)
class ExperimentPlan(Value):
    """Every choice of the wizard, as JSON values, so that an experiment can be cloned with changes.

    Attributes:
        preset: the size from which it was begun.
        dataset_ids: from which designed, fused and random sets are drawn; empty for all.
        designed_sets, fused_sets, random_sets: how many of each, 0 for none.
        rows: N, of each designed, fused or random set.
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
        tuned_layers: how many of the upper layers have adapters, or are tuned, 0 for all.
        method: LoRA, or full tuning of the weights themselves.
        max_cache_gb: the most that the states of the layers below may take on the disk while the experiment runs; 0 to
            keep none.
    """

    name: str = ""
    preset: str = "taste"
    dataset_ids: tuple[int, ...] = ()
    designed_sets: NotNegative = 0  # a plan of an older studio has none
    fused_sets: NotNegative = 8
    random_sets: NotNegative = 0
    rows: Positive = 24
    level_dataset: int = 0
    level_indicators: tuple[str, ...] = ()
    levels: Positive = 8
    level_rows: NotNegative = 24
    selection_ids: tuple[int, ...] = ()
    seed: Seed = 0
    evaluation_set: int = 0
    responses: NotNegative = 32
    max_evaluation_tokens: Positive = 256
    stop_if_contaminated: bool = False
    priority: Literal["first", "normal", "last"] = "normal"
    profile: str = "embedded"
    precision: Precision = Precision.BF16
    epochs: Positive = 1
    max_tokens: Annotated[int, Ge(2)] = 512
    batch_size: Positive = 8
    learning_rate: Annotated[float, Gt(0)] = 3e-4
    warmup_ratio: Annotated[float, Ge(0), Le(1)] = 0.03
    lora_rank: Positive = 8
    lora_alpha: Positive = 16
    lora_dropout: Annotated[float, Ge(0), Lt(1)] = 0.05
    target_modules: Annotated[tuple[str, ...], MinLen(1)] = ("q_proj", "v_proj")
    template: Literal["alpaca", "chat"] = "alpaca"
    tuned_layers: NotNegative = 0
    max_cache_gb: Annotated[float, Ge(0)] = 4.0
    method: Method = "lora"

    @property
    def tuning(self) -> TuningSettings:
        """How each set is tuned."""
        own = {each.name for each in fields(self)}
        shared = {each.name for each in fields(TuningSettings)} & own
        return TuningSettings(**{name: getattr(self, name) for name in shared})

    @property
    def drawn_sets(self) -> int:
        """Sets that are drawn from the chosen datasets."""
        return self.designed_sets + self.fused_sets + self.random_sets

    @property
    def sets(self) -> int:
        """How many there will be."""
        return self.drawn_sets + len(self.level_indicators) * self.levels + len(self.selection_ids)

    def refusals(self) -> Iterable[tuple[str, str]]:
        yield from refused_together(self.method, self.precision)

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.method == "full":
            for name in ("lora_rank", "lora_alpha", "lora_dropout", "target_modules"):
                yield name, "the method lora"
        if not self.level_indicators:
            for name in ("level_dataset", "levels", "level_rows"):
                yield name, "level_indicators"

    @classmethod
    def of_preset(cls, preset: ExperimentPreset, best_precision: Precision) -> "ExperimentPlan":
        """The plan that a preset begins with.

        Args:
            best_precision: what this machine tunes fastest in.
        """
        return cls(
            preset=preset.name,
            designed_sets=0 if preset.fused else preset.sets,
            fused_sets=preset.sets if preset.fused else 0,
            rows=preset.rows,
            level_rows=preset.rows,
            responses=preset.responses,
            max_evaluation_tokens=preset.max_evaluation_tokens,
            profile=preset.profile,
            precision=Precision.INT8 if preset.paper_precision else best_precision,
            epochs=preset.epochs,
            batch_size=preset.batch_size,
            learning_rate=preset.learning_rate,
            lora_dropout=preset.lora_dropout,
            target_modules=preset.target_modules,
            tuned_layers=preset.tuned_layers,
        )


# What says which sets are made: a proof and a search make their own.
_SETS = {
    "dataset_ids", "designed_sets", "fused_sets", "random_sets", "rows", "level_dataset", "level_indicators", "levels",
    "level_rows", "selection_ids",
}  # fmt: skip


def tuned_otherwise(plan: ExperimentPlan, changes: Mapping[str, Any], at: str) -> ExperimentPlan:
    """The plan with changes of how it tunes and measures, its sets being made by something else.

    Raises:
        ValueRefused: a change is not known, not allowed, or of the sets.
    """
    if of_sets := sorted(_SETS & changes.keys()):
        raise ValueRefused(
            "it would be ignored: the selection says which rows are tuned on", where=f"{at}.{of_sets[0]}"
        )
    return changed(plan, with_learning_rate(changes), at)


def for_other_sets(plan: ExperimentPlan) -> ExperimentPlan:
    """The plan with the usual tuning, for sets that something else makes: a preset's fits the rows of its own sets."""
    usual = TuningSettings()
    return replace(
        plan,
        batch_size=usual.batch_size,
        learning_rate=usual.learning_rate,
        lora_dropout=usual.lora_dropout,
        target_modules=usual.target_modules,
        tuned_layers=usual.tuned_layers,
    )


def with_learning_rate(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a plan; a method that comes without a learning rate brings its usual one."""
    usual = [rate for name, rate in LEARNING_RATES.items() if name == changes.get("method")]
    return {**({"learning_rate": usual[0]} if usual else {}), **changes}


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
            "The experiment has no candidate sets.", mend="Add designed, fused or random sets, levels or a selection."
        )
    wanted = candidates["dataset_id"].isin(plan.dataset_ids) if plan.dataset_ids else slice(None)
    pool = candidates.loc[wanted, ["dataset_id", "row_id"]]
    made: list[CandidateSet] = []
    if plan.designed_sets:
        scored = [name for name in registry() if name in candidates]
        made += designed(candidates.loc[wanted], plan.designed_sets, plan.rows, plan.seed, scored)
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
