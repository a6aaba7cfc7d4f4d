"""A curation: from a file to the rows worth training on, step by step, so that it goes on wherever it was left."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from core.export.layouts import Layout
from core.rows.filters import Filters
from core.store.settings import SettingTables
from core.values import Door, NotNegative, Positive, Seed, Value, read

SETTING = "curations"  # in the store: all of them, oldest first
QUICK_WAY = "junk_dropped"  # without a tournament: its scores are cheap, and length is hard to beat (arXiv 2402.04833)
CHEAP = ("input_length", "output_length", "perplexity", "ifd", "reward", "knn_distance")
TARGETED = ("influence", "loss_drop")


class CurationStep(StrEnum):
    """What a curation does, one after the other."""

    CHECK = "check"
    SCORE = "score"
    TOURNAMENT = "tournament"
    SELECTION = "selection"
    PROVE = "prove"
    EXPORT = "export"

    @property
    def told(self) -> str:
        """For people."""
        return _TOLD[self]


_TOLD = {
    CurationStep.CHECK: "Drop duplicates and leaked rows",
    CurationStep.SCORE: "Score the rows",
    CurationStep.TOURNAMENT: "Let ways of choosing compete",
    CurationStep.SELECTION: "Choose the rows",
    CurationStep.PROVE: "Prove the choice",
    CurationStep.EXPORT: "Write the files",
}
_OF_QUICK = tuple(each for each in CurationStep if each not in (CurationStep.TOURNAMENT, CurationStep.PROVE))


@dataclass(frozen=True)
class Curation(Value):
    """One curation, what was asked and what came of it so far.

    Attributes:
        dataset_ids: from which rows are chosen.
        evaluation_set: what the model is to be good at.
        keep: how many rows.
        quick: cheap scores and one way, without a tournament and without a proof.
        done: the steps that are through.
        filters: which rows may be chosen, once they are checked.
        left_out: how many rows each check has left out.
        tournament, selection, proof: numbers of what was made; 0 before.
        way: of choosing, by which the rows were chosen.
        files: where the export is; "" before.
    """

    number: Positive
    name: str
    dataset_ids: tuple[int, ...]
    evaluation_set: int
    keep: Positive
    quick: bool = False
    layout: Layout = Layout.ALPACA
    seed: Seed = 0
    done: tuple[CurationStep, ...] = ()
    filters: Filters = field(default_factory=Filters)
    left_out: dict[str, int] = field(default_factory=dict)
    tournament: NotNegative = 0
    way: str = ""
    selection: NotNegative = 0
    proof: NotNegative = 0
    files: str = ""

    @property
    def steps(self) -> tuple[CurationStep, ...]:
        """All that it takes."""
        return _OF_QUICK if self.quick else tuple(CurationStep)

    @property
    def next_step(self) -> CurationStep | None:
        """None when all are through."""
        return next((each for each in self.steps if each not in self.done), None)

    @property
    def indicators(self) -> tuple[str, ...]:
        """What is scored for it."""
        return CHEAP if self.quick else CHEAP + TARGETED


def curations(settings: SettingTables) -> list[Curation]:
    """All that are kept, oldest first."""
    return [read(Curation, each, "curation", Door.STORE) for each in settings.get(SETTING, [])]


def keep_curation(settings: SettingTables, curation: Curation) -> None:
    """Keep one, in place of what was kept of it before.

    Raises:
        StoreError: it can't be written.
    """
    others = [each for each in curations(settings) if each.number != curation.number]
    ordered = sorted([*others, curation], key=lambda each: each.number)
    settings.set(SETTING, [each.as_dict() for each in ordered])


def forget_curation(settings: SettingTables, number: int) -> None:
    """Forget one; what it made stays."""
    settings.set(SETTING, [each.as_dict() for each in curations(settings) if each.number != number])


def through(curation: Curation, step: CurationStep, **found: Any) -> Curation:
    """The curation with a step done, and what came of it."""
    return replace(curation, done=(*curation.done, step), **found)
