"""The studio from Python, for notebooks and scripts: each method does what a page does. `docs/api.md` has examples."""

from jobs.api.exporting import Exporting
from jobs.api.loading import Loading
from jobs.api.reporting import Reporting
from jobs.api.results import Alike, Chosen, FileMade, Found, Lesson, Proved, Ran, ReportMade, Scored, Sized
from jobs.api.scoring import Scoring
from jobs.api.selecting import Selecting
from jobs.api.sizing import Sizing

__all__ = ["Alike", "Chosen", "FileMade", "Found", "Lesson", "Proved", "Ran", "ReportMade", "Scored", "Sized", "Studio"]


class Studio(Loading, Scoring, Sizing, Selecting, Exporting, Reporting):
    """One data folder: its datasets, scores, experiments, rules and selections.

    One process owns the store: while a `Studio` is open the app can't be, and the other way round. Names mean what the
    pages show; an experiment or a selection may also be given by its number.
    """
