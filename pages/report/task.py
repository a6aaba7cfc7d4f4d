"""Building the report beside the page, kept for the session while nothing that feeds it has changed."""

import json
from dataclasses import asdict

from core.progress import Progress
from core.report.report import PaperReport
from core.report.sources import ReportChoice
from pages.components.background import settled
from pages.components.workspace import chosen_profile, studio

TASK = "paper report"


def paper_report(choice: ReportChoice) -> PaperReport | None:
    """The report; None while it is being built, or where that was cancelled, both said on screen.

    Raises:
        StudioError: what was chosen is not here any more.
    """
    owner = studio()
    state = [
        owner.scores.revision,
        chosen_profile().name,
        owner.measurements.counts(),
        [each.rule_id for each in owner.rules.saved()],
    ]
    verdicts = [(each.comparison, each.judge, each.tally) for each in owner.reports.judged()]
    key = json.dumps([state, [each.name for each in owner.datasets.all()], repr(asdict(choice)), repr(verdicts)])

    def work(progress: Progress) -> PaperReport:
        return owner.reports.make(choice, progress)

    return settled(TASK, key, "Building the report", work, "Build report")
