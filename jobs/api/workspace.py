"""A data folder that is open: its store, its queue, and its things by their names."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self, TypeVar

import pandas as pd

from core.errors import InputError, StoreError
from core.indicators import registry
from core.indicators.base import ScorerKey
from core.indicators.scoring import scorer_key
from core.models.profiles import Profile, profile, profiles
from core.paths import StudioPaths
from core.progress import Progress, Silent
from core.store import Dataset, EvaluationSet, SavedComparison, SavedExperiment, SavedSelection, Store
from core.workspace.demo import load_demo_once
from jobs.client import JobClient


class Workspace:
    """What every part of the interface works on."""

    def __init__(
        self, paths: StudioPaths, store: Store, client: JobClient, models: Profile, progress: Progress
    ) -> None:
        """From its parts; `open` makes them."""
        self.paths, self.store, self.client, self.profile = paths, store, client, models
        self._progress = progress

    @classmethod
    def open(cls, data: str | Path = "", profile_name: str = "", progress: Progress | None = None) -> Self:
        """Open a data folder; a new one gets the demo data.

        Args:
            data: the folder; "" for `STUDIO_DATA`, else `data/` beside the code.
            profile_name: whose models score; "" for the one that is chosen in the app.
            progress: hears how far slow work is.

        Raises:
            StoreBusy: the app, or another process, holds it.
            StoreError: the database is damaged or can't be written.
            InputError: there is no such profile.
        """
        paths = StudioPaths.from_environment({"STUDIO_DATA": str(data)} if data else os.environ)
        store = Store.open(paths.store)
        try:
            load_demo_once(store)
            models = _profile(profile_name or store.settings.get("profile", "embedded"))
            jobs_url, files_url = (os.environ.get(name, "") for name in ("STUDIO_JOBS_URL", "STUDIO_JOBS_FILES"))
            client = JobClient(paths, jobs_url, files_url=files_url)
            opened = cls(paths, store, client, models, progress or Silent())
            opened.refresh()
        except BaseException:
            store.close()
            raise
        return opened

    def close(self) -> None:
        """Let go of the store and the queue."""
        self.client.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refresh(self) -> None:
        """Take in what workers have finished, and bring the scores in view up to date."""
        self.client.take_in(self.store)
        self.store.matrix.refresh(self._scorers())

    def datasets(self) -> pd.DataFrame:
        """All datasets: name, rows, duplicates, rejected, description."""
        names = ["name", "rows", "duplicates", "rejected", "description"]
        return pd.DataFrame(
            [[getattr(each, name) for name in names] for each in self.store.datasets.all()], columns=names
        )

    def experiments(self) -> pd.DataFrame:
        """All experiments: number, name, sets, measured (sets with a loss, the untuned model's among them)."""
        measured = self.store.experiments.measured_counts()
        return pd.DataFrame(
            [(e.experiment_id, e.name, e.sets, measured.get(e.job_id, 0)) for e in self.store.experiments.all()],
            columns=["number", "name", "sets", "measured"],
        )

    def comparisons(self) -> pd.DataFrame:
        """All comparisons of two models' answers: number, name, a, b, instructions."""
        return pd.DataFrame(
            [
                (each.comparison_id, each.name, *(model["title"] for model in each.spec["models"]), each.prompts)
                for each in self.store.comparisons.all()
            ],
            columns=["number", "name", "a", "b", "instructions"],
        )

    def selections(self) -> pd.DataFrame:
        """All saved selections: number, name, rows."""
        return pd.DataFrame(
            [(each.selection_id, each.name, each.rows) for each in self.store.selections.all()],
            columns=["number", "name", "rows"],
        )

    def _datasets(self, names: Sequence[str]) -> list[Dataset]:
        """Datasets by name; all without any.

        Raises:
            InputError: there is no such dataset.
        """
        there = {each.name: each for each in self.store.datasets.all()}
        if unknown := [name for name in names if name not in there]:
            raise InputError(
                "Dataset not found.",
                where=", ".join(unknown),
                mend=f"Choose from {', '.join(there)}, or load it first." if there else "Load one first.",
            )
        return [there[name] for name in names] if names else list(there.values())

    def _evaluation_sets(self, names: Sequence[str]) -> list[EvaluationSet]:
        """Evaluation sets by name; all without any.

        Raises:
            StoreError: there is none of that name, or none at all.
        """
        there = {each.name: each for each in self.store.evaluation_sets.all()}
        if unknown := [name for name in names if name not in there] or ([] if there else ["any"]):
            mend = among(there) or "Load one first."
            raise StoreError("Evaluation set not found.", where=", ".join(unknown), mend=mend)
        return [there[name] for name in names] if names else list(there.values())

    def _experiment(self, wanted: str | int) -> SavedExperiment:
        """See `numbered_or_named`."""
        found = {each.experiment_id: each for each in self.store.experiments.all()}
        return numbered_or_named(found, wanted, "experiment", "Start one.")

    def _selection(self, wanted: str | int) -> SavedSelection:
        """See `numbered_or_named`."""
        found = {each.selection_id: each for each in self.store.selections.all()}
        return numbered_or_named(found, wanted, "selection", "Save one first.")

    def _comparison(self, wanted: str | int) -> SavedComparison:
        """See `numbered_or_named`."""
        found = {each.comparison_id: each for each in self.store.comparisons.all()}
        return numbered_or_named(found, wanted, "comparison", "Make one first.")

    def _scorers(self, names: Sequence[str] = ()) -> dict[int, list[ScorerKey]]:
        """By dataset, under which keys scores are kept: of these indicators, or of all."""
        wanted = names or list(registry())
        return {
            each.dataset_id: [scorer_key(name, self.profile, each.fingerprint) for name in wanted]
            for each in self.store.datasets.all()
        }


def refuse_unknown_indicators(names: Sequence[str]) -> None:
    """Refuse names that are no indicators.

    Raises:
        InputError: one of them is none.
    """
    if unknown := [name for name in names if name not in registry()]:
        raise InputError("Unknown indicator.", where=", ".join(unknown), mend=among(registry()))


def _profile(name: str) -> Profile:
    if name not in profiles():
        raise InputError("Unknown model profile.", where=name, mend=among(profiles()))
    return profile(name)


def among(names: Iterable[str], otherwise: str = "") -> str:
    """The sentence that says what there is to choose from, or another one where there is nothing."""
    found = list(names)
    return f"Choose from {', '.join(found)}." if found else otherwise


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str: ...


Saved = TypeVar("Saved", bound=Named)


def numbered_or_named(found: Mapping[int, Saved], wanted: str | int, what: str, mend: str = "") -> Saved:
    """The one of this number, else the newest of this name.

    Raises:
        StoreError: there is none.
    """
    by_name = {found[number].name: found[number] for number in sorted(found)}
    known = by_name | {str(number): each for number, each in found.items()}
    if str(wanted) not in known:
        raise StoreError(f"{what.capitalize()} not found.", where=str(wanted), mend=among(by_name, mend))
    return known[str(wanted)]
