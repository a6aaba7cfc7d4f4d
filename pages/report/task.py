"""Building the report beside the page, kept for the session while nothing that feeds it has changed."""

import json
from dataclasses import asdict

from core.progress import Progress
from core.report.judged import judge_lines
from core.report.report import PaperReport
from core.report.sources import ReportChoice, report_of
from pages.components.background import settled
from pages.components.workspace import chosen_profile, store

TASK = "paper report"


def paper_report(choice: ReportChoice) -> PaperReport | None:
    """The report; None while it is being built, or where that was cancelled, both said on screen.

    Raises:
        StudioError: what was chosen is not here any more.
    """
    owner, scored_by = store(), chosen_profile()
    state = [
        owner.matrix.revision,
        scored_by.name,
        owner.experiments.measured_counts(),
        [each.rule_id for each in owner.rules.all()],
    ]
    verdicts = [(each.comparison, each.judge, each.tally) for each in judge_lines(owner)]
    key = json.dumps([state, [each.name for each in owner.datasets.all()], repr(asdict(choice)), repr(verdicts)])

    def work(progress: Progress) -> PaperReport:
        return report_of(owner, choice, scored_by, progress)

    return settled(TASK, key, "Building the report", work, "Build report")
