"""What goes and what stays when something is deleted: the same sentences on pages and in the terminal."""

from pathlib import Path

from core.humanize import counted
from core.store import Store

FATE = {
    "dataset": "The source files and the rows of saved selections are kept. Scores are kept, too, and used again if "
    "you load the dataset again.",
    "evaluation-set": "Experiments that used it keep their losses and a copy of its examples. Rows held out for it may "
    "be trained on again.",
    "experiment": "It is cancelled, and its adapters, losses and training curves are deleted permanently. Datasets "
    "are not changed.",
    "rule": "Selections made with it are not changed.",
    "selection": "Datasets are not changed.",
    "view": "No row is changed.",
    "curation": "The selection, the experiments and the files that it made are kept.",
    "comparison": "Human verdicts are deleted permanently. Answers and judge verdicts are kept, and used again by a "
    "new comparison of the same models.",
}


def removed_by_starting_over(store: Store) -> str:
    """What the store holds that would go."""
    datasets = store.datasets.all()
    return ", ".join(
        [
            f"{counted(len(datasets), 'dataset')} with {counted(sum(each.rows for each in datasets), 'row')}",
            counted(len(store.selections.all()), "selection"),
            counted(len(store.rules.all()), "rule"),
            counted(len(store.experiments.all()), "experiment"),
            "evaluation sets, comparisons, marks, maps, filters and settings",
        ]
    )


def kept_by_starting_over(exports: Path, jobs: Path) -> str:
    """What stays, and where that is."""
    return (
        f"exported files (`{exports}`), source files, finished jobs with their adapters (`{jobs}`), and scores, "
        "answers and judge replies, which are used again for the same rows. The demo data are loaded again."
    )
