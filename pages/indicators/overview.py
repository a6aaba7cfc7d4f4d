"""All indicators at a glance: a small histogram each, every one of them a filter."""

from collections.abc import Sequence

from core.store import Dataset
from pages.components.linked_plots.component import linked_plots, usual_log


def overview(columns: Sequence[str], datasets: Sequence[Dataset]) -> None:
    """A grid of histograms. Dragging over one filters all the others while the pointer moves, then the table."""
    linked_plots("overview", {column: usual_log(column) for column in columns}, datasets)
