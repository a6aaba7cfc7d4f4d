"""The studio as one object, for pages, commands and notebooks."""

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from core.errors import StoreBusy
from core.models.profiles import Profile
from core.paths import StudioPaths
from core.progress import Progress
from core.values.arguments import CheckedMethods
from jobs.api.moved import MOVED, moved
from jobs.api.session import Session
from jobs.api.session_beside import SessionBeside

if TYPE_CHECKING:
    from jobs.api.backups import BackupSection
    from jobs.api.comparisons import ComparisonSection
    from jobs.api.curations import CurationSection
    from jobs.api.datasets import DatasetSection
    from jobs.api.evaluation_sets import EvaluationSetSection
    from jobs.api.experiments import ExperimentSection
    from jobs.api.exports import ExportSection
    from jobs.api.indicators import IndicatorSection
    from jobs.api.jobs import JobSection
    from jobs.api.maps import MapSection
    from jobs.api.marks import MarkSection
    from jobs.api.measurements import MeasurementSection
    from jobs.api.proofs import ProofSection
    from jobs.api.reports import ReportSection
    from jobs.api.rows import RowSection
    from jobs.api.rules import RuleSection
    from jobs.api.scores import ScoreSection
    from jobs.api.selections import SelectionSection
    from jobs.api.settings import SettingSection
    from jobs.api.sizes import SizeSection
    from jobs.api.sources import SourceSection
    from jobs.api.storage import StorageSection
    from jobs.api.tournaments import TournamentSection
    from jobs.api.verdicts import VerdictSection
    from jobs.api.views import ViewSection
    from jobs.api.ways import WaySection
    from jobs.api.workspace import WorkspaceSection


BUSY_SECONDS = 3.0  # in which a data folder is asked for again that another process holds


class Studio(CheckedMethods):
    """One data folder: what can be done with it stands in sections by topic, such as `studio.datasets.load`.

    One process owns the store, and its threads share it. While the app is open, its process does what methods are
    called for in others; else a `Studio` opens the store itself, and holds it until it is closed. Names mean what the
    pages show; what is kept may also be given by its number. Slow methods tell `progress` how far they are, else that
    with which the studio was opened. A section loads when it is first asked for.
    """

    def __init__(self, session: Session) -> None:
        """Over an open data folder; `open` makes both."""
        self.session = session

    @classmethod
    def open(cls, data: str | Path = "", profile_name: str = "", progress: Progress | None = None) -> Self:
        """Open a data folder; a new one gets the demo data.

        Where the app, or a command that takes longer, has it open, that process does what methods are asked for.

        Args:
            data: the folder; "" for `STUDIO_DATA`, else `data/` beside the code.
            profile_name: whose models score; "" for the one that is chosen in the app.
            progress: hears how far slow work is.

        Raises:
            StoreBusy: another process holds it, and does not answer.
            StoreError: the database is damaged or can't be written, or the app is of other code or does not answer.
            InputError: there is no such profile.
        """
        patient_until = time.monotonic() + BUSY_SECONDS
        while True:
            if (beside := SessionBeside.found(data, profile_name, progress)) is not None:
                return cls(beside)
            try:
                return cls(Session.open(data, profile_name, progress))
            except StoreBusy:  # by a command that is over at once, or answers soon
                if time.monotonic() > patient_until:
                    raise
                time.sleep(0.1)

    @classmethod
    def alone(cls) -> Self:
        """Open the data folder of the environment in this process and no other, as the app does.

        Raises:
            StoreBusy, StoreError, InputError: as `open`.
        """
        return cls(Session.open("", "", None))

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

    @cached_property
    def sources(self) -> "SourceSection":
        """Where rows come from."""
        from jobs.api.sources import SourceSection

        return SourceSection(self.session)

    @cached_property
    def datasets(self) -> "DatasetSection":
        """Rows to select from."""
        from jobs.api.datasets import DatasetSection

        return DatasetSection(self.session, self.sources)

    @cached_property
    def rows(self) -> "RowSection":
        """Rows are looked at."""
        from jobs.api.rows import RowSection

        return RowSection(self.session)

    @cached_property
    def indicators(self) -> "IndicatorSection":
        """What rows are scored by."""
        from jobs.api.indicators import IndicatorSection

        return IndicatorSection(self.session)

    @cached_property
    def ways(self) -> "WaySection":
        """What rows are chosen by."""
        from jobs.api.ways import WaySection

        return WaySection(self.session)

    @cached_property
    def scores(self) -> "ScoreSection":
        """Scores of rows by indicators."""
        from jobs.api.scores import ScoreSection

        return ScoreSection(self.session)

    @cached_property
    def marks(self) -> "MarkSection":
        """Rows are kept and dropped by hand."""
        from jobs.api.marks import MarkSection

        return MarkSection(self.session)

    @cached_property
    def maps(self) -> "MapSection":
        """The map of the rows."""
        from jobs.api.maps import MapSection

        return MapSection(self.session)

    @cached_property
    def evaluation_sets(self) -> "EvaluationSetSection":
        """Instructions with good responses."""
        from jobs.api.evaluation_sets import EvaluationSetSection

        return EvaluationSetSection(self.session, self.sources)

    @cached_property
    def experiments(self) -> "ExperimentSection":
        """Models tuned on candidate sets."""
        from jobs.api.experiments import ExperimentSection

        return ExperimentSection(self.session)

    @cached_property
    def measurements(self) -> "MeasurementSection":
        """What experiments have measured."""
        from jobs.api.measurements import MeasurementSection

        return MeasurementSection(self.session, self.experiments)

    @cached_property
    def proofs(self) -> "ProofSection":
        """Is a selection better than random rows?"""
        from jobs.api.proofs import ProofSection

        return ProofSection(self.session, self.experiments)

    @cached_property
    def sizes(self) -> "SizeSection":
        """How many rows of a selection are enough."""
        from jobs.api.sizes import SizeSection

        return SizeSection(self.session, self.experiments)

    @cached_property
    def tournaments(self) -> "TournamentSection":
        """Which way of choosing rows is best on these data."""
        from jobs.api.tournaments import TournamentSection

        return TournamentSection(self.session, self.experiments, self.rows, self.rules)

    @cached_property
    def curations(self) -> "CurationSection":
        """From files to the rows worth training on."""
        from jobs.api.curations import CurationSection

        return CurationSection(self.session, self)

    @cached_property
    def rules(self) -> "RuleSection":
        """Rules that come along, and one's own."""
        from jobs.api.rules import RuleSection

        return RuleSection(self.session)

    @cached_property
    def selections(self) -> "SelectionSection":
        """Rows that were selected."""
        from jobs.api.selections import SelectionSection

        return SelectionSection(self.session, self.rows, self.rules)

    @cached_property
    def exports(self) -> "ExportSection":
        """Selections as files."""
        from jobs.api.exports import ExportSection

        return ExportSection(self.session)

    @cached_property
    def comparisons(self) -> "ComparisonSection":
        """Two models answer the same instructions."""
        from jobs.api.comparisons import ComparisonSection

        return ComparisonSection(self.session)

    @cached_property
    def verdicts(self) -> "VerdictSection":
        """Whose answers are better."""
        from jobs.api.verdicts import VerdictSection

        return VerdictSection(self.session, self.comparisons)

    @cached_property
    def reports(self) -> "ReportSection":
        """The paper's results rebuilt from one's own runs."""
        from jobs.api.reports import ReportSection

        return ReportSection(self.session)

    @cached_property
    def jobs(self) -> "JobSection":
        """What waits and runs in the background."""
        from jobs.api.jobs import JobSection

        return JobSection(self.session)

    @cached_property
    def settings(self) -> "SettingSection":
        """How the data folder is looked at."""
        from jobs.api.settings import SettingSection

        return SettingSection(self.session)

    @cached_property
    def views(self) -> "ViewSection":
        """Looks at the rows that were saved by name."""
        from jobs.api.views import ViewSection

        return ViewSection(self.session)

    @cached_property
    def workspace(self) -> "WorkspaceSection":
        """The data folder as a whole."""
        from jobs.api.workspace import WorkspaceSection

        return WorkspaceSection(self.session, self.scores)

    @cached_property
    def backups(self) -> "BackupSection":
        """Copies of the database."""
        from jobs.api.backups import BackupSection

        return BackupSection(self.session)

    @cached_property
    def storage(self) -> "StorageSection":
        """The files of the data folder."""
        from jobs.api.storage import StorageSection

        return StorageSection(self.session)
