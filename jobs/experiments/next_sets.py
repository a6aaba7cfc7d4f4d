"""What an experiment tunes on next, where its sets are added as it goes on."""

from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.next_runners import next_runners
from jobs.experiments.next_sizes import next_sizes


def next_sets(folder: ExperimentFolder) -> list[int]:
    """The numbers of the sets to be queued now; none when it is over.

    Raises:
        StorageFull: there is no space left.
    """
    return next_sizes(folder) if folder.spec().search else next_runners(folder)
