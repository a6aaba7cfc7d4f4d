"""The studio as one object, for pages, commands and notebooks."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from core.models.profiles import Profile
from core.paths import StudioPaths
from core.progress import Progress
from jobs.api.comparisons import ComparisonSection
from jobs.api.datasets import DatasetSection
from jobs.api.evaluation_sets import EvaluationSetSection
from jobs.api.experiments import ExperimentSection
from jobs.api.exports import ExportSection
from jobs.api.indicators import IndicatorSection
from jobs.api.jobs import JobSection
from jobs.api.maps import MapSection
from jobs.api.marks import MarkSection
from jobs.api.measurements import MeasurementSection
from jobs.api.moved import MOVED, moved
from jobs.api.proofs import ProofSection
from jobs.api.reports import ReportSection
from jobs.api.rows import RowSection
from jobs.api.rules import RuleSection
from jobs.api.scores import ScoreSection
from jobs.api.selections import SelectionSection
from jobs.api.session import Session
from jobs.api.settings import SettingSection
from jobs.api.sizes import SizeSection
from jobs.api.sources import SourceSection
from jobs.api.verdicts import VerdictSection
from jobs.api.workspace import WorkspaceSection


class Studio:
    """One data folder: what can be done with it stands in sections by topic, such as `studio.datasets.load`.

    One process owns the store: while a `Studio` is open the app can't be, and the other way round; the threads of that
    process share it. Names mean what the pages show; what is kept may also be given by its number. Slow methods tell
    `progress` how far they are, else that with which the studio was opened.
    """

    def __init__(self, session: Session) -> None:
        """Over an open data folder; `open` makes both."""
        self.session = session
        self.sources = SourceSection(session)
        self.datasets = DatasetSection(session, self.sources)
        self.rows = RowSection(session)
        self.indicators = IndicatorSection(session)
        self.scores = ScoreSection(session)
        self.marks = MarkSection(session)
        self.maps = MapSection(session)
        self.evaluation_sets = EvaluationSetSection(session)
        self.experiments = ExperimentSection(session)
        self.measurements = MeasurementSection(session, self.experiments)
        self.proofs = ProofSection(session, self.experiments)
        self.sizes = SizeSection(session, self.experiments)
        self.rules = RuleSection(session)
        self.selections = SelectionSection(session, self.rows, self.rules)
        self.exports = ExportSection(session)
        self.comparisons = ComparisonSection(session)
        self.verdicts = VerdictSection(session, self.comparisons)
        self.reports = ReportSection(session)
        self.jobs = JobSection(session)
        self.settings = SettingSection(session)
        self.workspace = WorkspaceSection(session, self.scores)

    @classmethod
    def open(cls, data: str | Path = "", profile_name: str = "", progress: Progress | None = None) -> Self:
        """Open a data folder; a new one gets the demo data.

        Args:
            data: the folder; "" for `STUDIO_DATA`, else `data/` beside the code.
            profile_name: whose models score; "" for the one that is chosen in the app.
            progress: hears how far slow work is.

        Raises:
            StoreBusy: the app, or another process, holds it.
            StoreError: the database is damaged or can't be written.
            InputError: there is no such profile.
        """
        return cls(Session.open(data, profile_name, progress))

    def close(self) -> None:
        """Let go of the store and the queue."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    if not TYPE_CHECKING:  # which would take every name for one that is there

        def __getattr__(self, name: str) -> NoReturn:
            """Say what an old name is called now.

            Raises:
                StudioError: it was a method.
            """
            if name in MOVED:
                raise moved(name)
            raise AttributeError(f"Studio has no {name}")

    @property
    def paths(self) -> StudioPaths:
        """Where the data folder has what."""
        return self.session.paths

    @property
    def profile(self) -> Profile:
        """Whose models score now."""
        return self.session.profile

    def refresh(self) -> bool:
        """Take in what workers have finished and bring the scores in view up to date; whether these have changed."""
        return self.session.refresh()
