"""A curation: from a file to the rows worth training on, step by step, so that it goes on wherever it was left."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from secrets import token_hex
from typing import Any

from core.errors import StoreError
from core.export.layouts import Layout
from core.rows.filters import Filters
from core.store.settings import SettingTables
from core.values import Door, NotNegative, Positive, Seed, Value, read

SETTING = "curations"  # in the store: all of them, oldest first
QUICK_WAY = "junk_dropped"  # without a tournament: its scores are cheap, and length is hard to beat (arXiv 2402.04833)
NO_CHOICE = "random"  # the way that leaves nothing to prove
NOTHING_TO_PROVE = "Random rows have won, so there is no choice to prove."
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
        saved_as: name under which the selection is saved, kept before it is; "" before.
        way: of choosing, by which the rows were chosen.
        files: where the export is; "" before.
        key: by which experiments tell whose they are; "" for one of an earlier version.
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
    saved_as: str = ""
    way: str = ""
    selection: NotNegative = 0
    proof: NotNegative = 0
    files: str = ""
    key: str = ""

    @property
    def steps(self) -> tuple[CurationStep, ...]:
        """All that it takes; no proof once random rows have won."""
        if self.quick:
            return _OF_QUICK
        return tuple(each for each in CurationStep if each is not CurationStep.PROVE or self.way != NO_CHOICE)

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


def add_curation(settings: SettingTables, curation: Curation) -> Curation:
    """Keep a new one under a number and a key of its own.

    Raises:
        StoreError: it can't be written.
    """
    made = [curation]

    def with_it(kept: list[Any]) -> list[Any]:
        number = 1 + max((each["number"] for each in kept), default=0)
        made[0] = replace(curation, number=number, key=token_hex(8))
        return [*kept, made[0].as_dict()]

    settings.change(SETTING, [], with_it)
    return made[0]


def keep_curation(settings: SettingTables, curation: Curation) -> None:
    """Keep one, in place of what was kept of it before.

    Raises:
        StoreError: it was deleted, or can't be written.
    """

    def with_it(kept: list[Any]) -> list[Any]:
        places = [place for place, each in enumerate(kept) if _same(each, curation)]
        if not places:
            raise StoreError("The curation was deleted.", where=curation.name, mend="Begin a new one.")
        return [*kept[: places[0]], curation.as_dict(), *kept[places[0] + 1 :]]

    settings.change(SETTING, [], with_it)


def forget_curation(settings: SettingTables, curation: Curation) -> None:
    """Forget one; what it made stays."""
    settings.change(SETTING, [], lambda kept: [each for each in kept if not _same(each, curation)])


def _same(kept: dict[str, Any], curation: Curation) -> bool:
    return (kept["number"], kept.get("key", "")) == (curation.number, curation.key)


def through(curation: Curation, step: CurationStep, **found: Any) -> Curation:
    """The curation with a step done, and what came of it."""
    return replace(curation, done=(*curation.done, step), **found)
