"""What every operation that is killed is."""

from pathlib import Path

from core.store import Store


class Operation:
    """Something that is killed.

    Attributes:
        name: of it.
        kills_each: how often it is killed before it may end.
        within: the share of its time within which it is killed: less than 1 where it goes on from where it was.
        undisturbed: how often it is done without a kill before.
        patience_seconds: after which it counts as stuck.
    """

    name = ""
    kills_each = 1
    within = 1.0
    undisturbed = 3
    patience_seconds = 120.0

    def prepare(self, root: Path) -> None:
        """Make the data folder from which every attempt begins."""

    def work(self, root: Path) -> None:
        """What is killed; done again it goes on, or begins again, and returns when all is done."""

    def look(self, root: Path) -> list[str]:
        """All that a user has after the program was started again, a line an item."""
        return []


def dataset_lines(store: Store, number: int) -> list[str]:
    """A dataset as a user sees it: what it says of itself, its rows in order, what was refused."""
    about = store.datasets.get(number)
    lines = [
        f"{about.name}: {about.rows} rows, {about.duplicates} twice, {about.rejected} refused, {about.fingerprint}"
    ]
    lines += [f"{about.name} {row.key}" for batch in store.rows.iterate(number) for _, row in batch]
    refused = store.datasets.rejections(number)
    return lines + [f"{about.name} line {each.row}: {each.reason}" for each in refused.itertuples()]
