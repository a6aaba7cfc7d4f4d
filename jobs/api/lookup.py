"""Things of the store by what a user calls them: a number, or a name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from core.errors import InputError, StoreError
from core.indicators import registry
from core.rows.filters import Filters
from core.store import Dataset, EvaluationSet, SavedComparison, SavedExperiment, SavedRule, SavedSelection, Store
from core.store.comparisons import ComparisonTables
from core.store.datasets import DatasetTables
from core.store.evaluation_sets import EvaluationTables
from core.store.experiments import ExperimentTables
from core.store.rules import RuleTables
from core.store.score_matrix import PREDICTED
from core.store.selections import SelectionTables

NAME_CHARACTERS = 120
Which = str | int


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str: ...


Saved = TypeVar("Saved", bound=Named)


def among(names: Iterable[str], otherwise: str = "") -> str:
    """The sentence that says what there is to choose from, or another one where there is nothing."""
    found = list(names)
    return f"Choose from {', '.join(found)}." if found else otherwise


def numbered_or_named(found: Mapping[int, Saved], wanted: Which, what: str, mend: str = "") -> Saved:
    """The one of this number, else the newest of this name.

    Raises:
        StoreError: there is none.
    """
    known = _by_number_or_name(found)
    if str(wanted) not in known:
        names = dict.fromkeys(found[number].name for number in sorted(found))
        raise StoreError(f"{what.capitalize()} not found.", where=str(wanted), mend=among(names, mend))
    return known[str(wanted)]


def _by_number_or_name(found: Mapping[int, Saved]) -> dict[str, Saved]:
    """By number, else the newest of each name."""
    return {found[number].name: found[number] for number in sorted(found)} | {str(n): each for n, each in found.items()}


def dataset_of(datasets: DatasetTables, wanted: Which) -> Dataset:
    """See `numbered_or_named`."""
    return numbered_or_named({each.dataset_id: each for each in datasets.all()}, wanted, "dataset")


def datasets_of(datasets: DatasetTables, wanted: Sequence[Which]) -> list[Dataset]:
    """Datasets by name or number; all without any.

    Raises:
        InputError: there is no such dataset.
    """
    found = datasets.all()
    if not wanted:
        return found
    known = _by_number_or_name({each.dataset_id: each for each in found})
    if unknown := [str(each) for each in wanted if str(each) not in known]:
        names = [each.name for each in found]
        raise InputError(
            "Dataset not found.",
            where=", ".join(unknown),
            mend=f"Choose from {', '.join(names)}, or load it first." if names else "Load one first.",
        )
    return [known[str(each)] for each in wanted]


def evaluation_set_of(evaluation_sets: EvaluationTables, wanted: Which) -> EvaluationSet:
    """See `numbered_or_named`."""
    found = {each.evaluation_set_id: each for each in evaluation_sets.all()}
    return numbered_or_named(found, wanted, "evaluation set", "Load one first.")


def evaluation_sets_of(evaluation_sets: EvaluationTables, wanted: Sequence[Which]) -> list[EvaluationSet]:
    """Evaluation sets by name or number; all without any.

    Raises:
        StoreError: there is none of that name, or none at all.
    """
    found = evaluation_sets.all()
    known = _by_number_or_name({each.evaluation_set_id: each for each in found})
    if unknown := [str(each) for each in wanted if str(each) not in known] or ([] if found else ["any"]):
        mend = among([each.name for each in found]) or "Load one first."
        raise StoreError("Evaluation set not found.", where=", ".join(unknown), mend=mend)
    return [known[str(each)] for each in wanted] if wanted else found


def experiment_of(experiments: ExperimentTables, wanted: Which) -> SavedExperiment:
    """See `numbered_or_named`."""
    found = {each.experiment_id: each for each in experiments.all()}
    return numbered_or_named(found, wanted, "experiment", "Start one.")


def selection_of(selections: SelectionTables, wanted: Which) -> SavedSelection:
    """See `numbered_or_named`."""
    found = {each.selection_id: each for each in selections.all()}
    return numbered_or_named(found, wanted, "selection", "Save one first.")


def comparison_of(comparisons: ComparisonTables, wanted: Which) -> SavedComparison:
    """See `numbered_or_named`."""
    found = {each.comparison_id: each for each in comparisons.all()}
    return numbered_or_named(found, wanted, "comparison", "Make one first.")


def rule_of(rules: RuleTables, wanted: Which) -> SavedRule:
    """A rule of one's own; see `numbered_or_named`."""
    found = {each.rule_id: each for each in rules.all()}
    return numbered_or_named(found, wanted, "rule", "Learn and save a rule first.")


def wanted_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        InputError: this can't be a name.
    """
    wanted = name.strip()
    if not 0 < len(wanted) <= NAME_CHARACTERS:
        raise InputError(
            f"A name must have 1 to {NAME_CHARACTERS} characters.", where=wanted, mend="Choose another name."
        )
    return wanted


def refuse_unknown_indicators(names: Sequence[str]) -> None:
    """Refuse names that are no indicators.

    Raises:
        InputError: one of them is none.
    """
    if unknown := [name for name in names if name not in registry()]:
        raise InputError("Unknown indicator.", where=", ".join(unknown), mend=among(registry()))


def of_what_is_here(store: Store, filters: Filters) -> Filters:
    """Filters that were kept, without datasets, maps and scores that are gone since."""
    present = {each.dataset_id for each in store.datasets.all()}
    if filters.area is not None and not store.maps.has(filters.area.map_id):
        filters = replace(filters, area=None)
    outside = tuple(each for each in filters.areas_outside if store.maps.has(each.map_id))
    clusters = tuple(each for each in filters.clusters if store.maps.has(each.map_id))
    filters = replace(filters, areas_outside=outside, clusters=clusters)
    filters = filters.of_columns({*registry(), PREDICTED})  # an indicator of one's own may be switched off by now
    return filters.with_datasets(each for each in filters.dataset_ids if each in present)
