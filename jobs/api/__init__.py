"""The studio from Python, for notebooks and scripts: each method does what a page does. `docs/api.md` has examples."""

from jobs.api.comparison_results import Compared, Judged, ToAsk
from jobs.api.exporting import Exporting
from jobs.api.judging import Judging
from jobs.api.keeping import Keeping
from jobs.api.loading import Loading
from jobs.api.mapping import MapMaking
from jobs.api.marking import Marking
from jobs.api.queueing import Queueing
from jobs.api.reporting import Reporting
from jobs.api.results import Alike, Chosen, FileMade, Found, Lesson, Mapped, Proved, Ran, ReportMade, Scored, Sized
from jobs.api.row_results import Browsed, MarkedRows
from jobs.api.scoring import Scoring
from jobs.api.selecting import Selecting
from jobs.api.sizing import Sizing

__all__ = [
    "Alike", "Browsed", "Chosen", "Compared", "FileMade", "Found", "Judged", "Lesson", "Mapped", "MarkedRows", "Proved",
    "Ran", "ReportMade", "Scored", "Sized", "Studio", "ToAsk",
]  # fmt: skip


class Studio(Loading, Scoring, MapMaking, Marking, Sizing, Selecting, Exporting, Judging, Reporting, Queueing, Keeping):
    """One data folder: its datasets, scores, experiments, rules, selections and comparisons.

    One process owns the store: while a `Studio` is open the app can't be, and the other way round. Names mean what the
    pages show; an experiment, a selection or a comparison may also be given by its number.
    """
