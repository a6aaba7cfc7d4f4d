"""What goes and what stays when something is deleted: the same sentences on pages and in the terminal."""

from pathlib import Path

from core.humanize import counted
from core.store import Store

FATE = {
    "dataset": "The files it came from stay. Rows of saved selections stay readable, and scores are remembered should "
    "you load it again.",
    "evaluation-set": "Experiments that were measured on it keep their losses and their own copy of the examples.",
    "experiment": "It is stopped, and its tuned adapters, losses and curves go for good. The rows stay in their "
    "datasets.",
    "rule": "Selections made by it stay as they are.",
    "selection": "Its rows stay in their datasets.",
    "comparison": "What people chose goes for good. Answers, and verdicts that were paid for, stay and are found again "
    "by a new comparison of the same models.",
}


def removed_by_starting_over(store: Store) -> str:
    """What the store holds that would go."""
    datasets = store.datasets()
    return ", ".join(
        [
            f"{counted(len(datasets), 'dataset')} with {counted(sum(each.rows for each in datasets), 'row')}",
            counted(len(store.selections()), "selection"),
            counted(len(store.rules()), "rule"),
            counted(len(store.experiments()), "experiment"),
            "evaluation sets, comparisons, marks, maps, filters and settings",
        ]
    )


def kept_by_starting_over(exports: Path, jobs: Path) -> str:
    """What stays, and where that is."""
    return (
        f"exported files (`{exports}`), the files that your data came from, finished jobs and their adapters "
        f"(`{jobs}`), and scores, models' answers and judges' replies, so that the same rows are neither scored nor "
        "paid for again. The demo data come back."
    )
