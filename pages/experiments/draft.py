"""The sets of the plan in view, made beside the page and kept by the plan and the state of the data."""

import json

from core.experiments.draft import Draft
from core.experiments.plan import ExperimentPlan
from core.progress import Progress
from pages.components.background import dismiss, settled
from pages.components.workspace import chosen_profile, studio

TASK = "experiment draft"
CHANGES_NOTHING = ("name", "priority", "stop_if_contaminated")


def current_draft(plan: ExperimentPlan) -> Draft | None:
    """What the plan comes to; None while it is being worked out, or where it was cancelled, both said on screen.

    Raises:
        StudioError: the sets can't be made.
    """
    choices = {name: value for name, value in plan.as_dict().items() if name not in CHANGES_NOTHING}
    key = json.dumps([studio().scores.revision, chosen_profile().name, choices])
    owner = studio()

    def work(progress: Progress) -> Draft:
        return owner.experiments.draft(plan, progress)

    return settled(TASK, key, "Drawing the candidate sets", work, "Draw the sets")


def forget_draft() -> None:
    dismiss(TASK)
