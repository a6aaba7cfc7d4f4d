"""What a search of the size has come to by now: the verdict on the sizes that are in the store."""

from core.size_curve import SizeLoss, size_losses
from core.size_verdict import SizeVerdict, judge_sizes
from core.store import UNTUNED, SavedExperiment
from pages.components.workspace import store


def outcome_of(saved: SavedExperiment) -> SizeVerdict:
    """The verdict on what is measured."""
    return judge_sizes(measured_sizes(saved))


def measured_sizes(saved: SavedExperiment) -> list[SizeLoss]:
    """The sizes that are measured whole, the untuned model among them."""
    sets = store().candidate_sets(saved.experiment_id)
    rows_of = {UNTUNED: 0} | {number: each.rows for number, each in enumerate(sets, start=1)}
    return size_losses(store().example_losses(saved.job_id), rows_of)
