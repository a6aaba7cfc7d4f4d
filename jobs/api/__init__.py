"""The studio as one object: pages, commands and notebooks all call it. `docs/api.md` has examples."""

from jobs.api.comparison_results import Compared, Judged, ToAsk
from jobs.api.experiment_results import Proved, Ran, Sized
from jobs.api.results import Alike, Chosen, FileMade, Found, Lesson, Mapped, ReportMade, Scored
from jobs.api.row_results import Browsed, MarkedRows
from jobs.api.studio import Studio
from jobs.experiments.state import PAUSED, ExperimentState, SetState
from jobs.queue.job import ACTIVE, CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job

__all__ = [
    "ACTIVE", "CANCELLED", "DONE", "FAILED", "PAUSED", "QUEUED", "RUNNING", "Alike", "Browsed", "Chosen", "Compared",
    "ExperimentState", "FileMade", "Found", "Job", "Judged", "Lesson", "Mapped", "MarkedRows", "Proved", "Ran",
    "ReportMade", "Scored", "SetState", "Sized", "Studio", "ToAsk",
]  # fmt: skip
