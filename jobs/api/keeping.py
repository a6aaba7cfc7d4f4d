"""Names, descriptions and deletion of what a data folder holds."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from core.errors import InputError, JobError
from core.workspace.deletion import FATE
from core.workspace.demo import load_demo_once
from jobs.answers.comparisons import Comparisons
from jobs.api.workspace import Named, Workspace, among, numbered_or_named
from jobs.experiments.experiments import Experiments
from jobs.temporary_worker import queue_there

NAME_CHARACTERS = 120
RENAMED = ("dataset", "experiment", "selection", "comparison")
DELETED = tuple(FATE)
IN_QUEUE = ("experiment", "comparison")


@dataclass(frozen=True)
class _Kind:
    """The things of a kind by their numbers, and what can be done with the one of a number."""

    found: Mapping[int, Named]
    delete: Callable[[int], object]
    rename: Callable[[int, str], object] | None = None


class Keeping(Workspace):
    """What is kept gets another name, or goes."""

    def rename(self, kind: str, which: str | int, name: str) -> str:
        """Give something another name; returns the one that it got: a dataset's is numbered where the wish is taken.

        Args:
            kind: dataset, experiment, selection or comparison.
            which: its number or name.

        Raises:
            InputError: there is no such kind, or this can't be a name.
            StoreError: there is no such thing.
        """
        of_kind, number = self._kept(kind, which)
        wanted = name.strip()
        if of_kind.rename is None:
            raise InputError(f"A {kind} cannot be renamed.", mend=among(RENAMED))
        if not 0 < len(wanted) <= NAME_CHARACTERS:
            raise InputError(
                f"A name must have 1 to {NAME_CHARACTERS} characters.", where=wanted, mend="Choose another name."
            )
        got = of_kind.rename(number, wanted)
        return got if isinstance(got, str) else wanted

    def describe(self, dataset: str | int, text: str) -> None:
        """Write what a dataset is, in place of what was written before.

        Raises:
            StoreError: there is no such dataset.
        """
        self.store.datasets.describe(self._kept("dataset", dataset)[1], text)

    def name_of(self, kind: str, which: str | int) -> str:
        """The name of something that `delete` would delete.

        Raises:
            InputError: there is no such kind.
            StoreError: there is no such thing.
        """
        of_kind, number = self._kept(kind, which)
        return of_kind.found[number].name

    def delete(self, kind: str, which: str | int) -> None:
        """Delete something for good; `core.workspace.deletion.FATE` says what goes with it and what stays.

        Args:
            kind: dataset, evaluation-set, experiment, rule, selection or comparison.
            which: its number or name.

        Raises:
            InputError: there is no such kind.
            StoreError: there is no such thing.
            JobError: it may have work in a queue that can't be reached.
        """
        of_kind, number = self._kept(kind, which)
        with queue_there(self.client, self.paths, self._progress) if kind in IN_QUEUE else nullcontext():
            of_kind.delete(number)
        self.refresh()

    def start_over(self) -> None:
        """Leave the folder as on its first day; exported files, finished jobs and computed scores stay.

        Raises:
            JobError: something waits or is computed.
        """
        if self.client.active():
            raise JobError("A job is still running.", mend="Wait until it is done, or cancel it, then start over.")
        self.store.reset()
        load_demo_once(self.store)
        self.refresh()

    def _kept(self, kind: str, which: str | int) -> tuple[_Kind, int]:
        """All of a kind, and the number of the one that is meant."""
        if kind not in DELETED:
            raise InputError("Unknown kind.", where=kind, mend=among(DELETED))
        of_kind = self._kinds()[kind]
        meant = numbered_or_named(of_kind.found, which, kind.replace("-", " "))
        return of_kind, next(number for number, each in of_kind.found.items() if each is meant)

    def _kinds(self) -> dict[str, _Kind]:
        store, experiments, comparisons = self.store, Experiments(self.client), Comparisons(self.client)
        return {
            "dataset": _Kind(
                {each.dataset_id: each for each in store.datasets.all()}, store.datasets.delete, store.datasets.rename
            ),
            "evaluation-set": _Kind(
                {each.evaluation_set_id: each for each in store.evaluation_sets.all()}, store.evaluation_sets.delete
            ),
            "experiment": _Kind(
                {each.experiment_id: each for each in store.experiments.all()},
                lambda number: experiments.remove(store, number),
                store.experiments.rename,
            ),
            "rule": _Kind({each.rule_id: each for each in store.rules.all()}, store.rules.delete),
            "selection": _Kind(
                {each.selection_id: each for each in store.selections.all()},
                store.selections.delete,
                store.selections.rename,
            ),
            "comparison": _Kind(
                {each.comparison_id: each for each in store.comparisons.all()},
                lambda number: comparisons.remove(store, number),
                store.comparisons.rename,
            ),
        }
