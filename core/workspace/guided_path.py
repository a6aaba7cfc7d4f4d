"""The way from data to an exported selection in five steps: what is done, what comes next, and why."""

from dataclasses import dataclass
from enum import StrEnum

from core.humanize import counted
from core.store import Store

# A rule of one's own takes tuning, from minutes to days; the paper's rule is there at once. So the file comes first.
_ORDER = (1, 2, 5, 3, 4)
_ORDER_ONCE_MEASURED = (1, 2, 4, 5, 3)
EXPORTED = "exported_rows"  # the setting that remembers how many rows the newest file has


class PathStatus(StrEnum):
    """How far a step is; exactly one is next, unless all are done."""

    DONE = "Done"
    NEXT = "Next"
    LATER = "Later"


@dataclass(frozen=True)
class Made:
    """What a workspace has of each step.

    Attributes:
        datasets, rows: that are loaded.
        scored: rows that have a score of the chosen profile.
        lacking: indicators of which some row has no score.
        measured: experiments with a candidate set whose loss is known.
        running: experiments without one.
        rules: that were learned or written and kept.
        selections: that are saved.
        exported: rows of the newest file, 0 before the first.
    """

    datasets: int
    rows: int
    scored: int
    lacking: int = 0
    measured: int = 0
    running: int = 0
    rules: int = 0
    selections: int = 0
    exported: int = 0

    @classmethod
    def of(cls, store: Store, scored: int, lacking: int, exported: int) -> "Made":
        """What a store has, by counting."""
        datasets, experiments, losses = (
            store.datasets.all(),
            store.experiments.all(),
            store.experiments.measured_counts(),
        )
        measured = sum(losses.get(each.job_id, 0) > 1 for each in experiments)  # the untuned model is one of them
        return cls(
            len(datasets),
            sum(each.rows for each in datasets),
            scored,
            lacking,
            measured,
            len(experiments) - measured,
            len(store.rules.all()),
            len(store.selections.all()),
            exported,
        )


@dataclass(frozen=True)
class PathStep:
    """One step: its number and title, how far it is, and why in a few words."""

    number: int
    title: str
    status: PathStatus
    reason: str


def guided_path(made: Made) -> tuple[PathStep, ...]:
    """The five steps in order.

    A learned rule is not needed to select: the paper's is there. Learning one is next when there is something to learn
    from, and else after the first file.
    """
    done = {
        1: made.datasets > 0,
        2: 0 < made.rows <= made.scored,
        3: made.measured > 0,
        4: made.rules > 0,
        5: made.exported > 0,
    }
    order = _ORDER_ONCE_MEASURED if made.measured else _ORDER
    following = next((number for number in order if not done[number]), 0)
    told = {
        1: ("Load", _loaded(made)),
        2: ("Inspect", _inspected(made)),
        3: ("Experiment", _experimented(made)),
        4: ("Rule", _learned(made)),
        5: ("Select and export", _exported(made)),
    }
    return tuple(
        PathStep(number, title, _status(done[number], number == following), reason)
        for number, (title, reason) in told.items()
    )


def _status(done: bool, following: bool) -> PathStatus:
    return PathStatus.DONE if done else PathStatus.NEXT if following else PathStatus.LATER


def _loaded(made: Made) -> str:
    return f"{counted(made.datasets, 'dataset')}, {counted(made.rows, 'row')}" if made.datasets else "No datasets"


def _inspected(made: Made) -> str:
    if not made.rows:
        return "Load data first"
    if made.scored >= made.rows:
        return "All rows scored" + (f"; {counted(made.lacking, 'indicator')} left" if made.lacking else "")
    return f"{made.scored:,} of {counted(made.rows, 'row')} scored" if made.scored else "Score the rows"


def _experimented(made: Made) -> str:
    if made.measured:
        return f"{counted(made.measured, 'experiment')} with losses"
    if made.running:
        return f"{counted(made.running, 'experiment')}, no loss yet"
    return "Optional: tune models"


def _learned(made: Made) -> str:
    if made.rules:
        return f"{counted(made.rules, 'rule')} saved"
    return "Learn a rule from your sets" if made.measured else "Optional: a rule is included"


def _exported(made: Made) -> str:
    if made.exported:
        return f"{counted(made.exported, 'row')} exported"
    if made.selections:
        return f"{counted(made.selections, 'selection')} saved, none exported"
    return "Select the best rows" if made.scored else "Score the rows first"
