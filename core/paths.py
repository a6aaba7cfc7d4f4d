"""Where everything that is made at run time lives: one folder, moved by `STUDIO_DATA`."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEMO = PROJECT / "data" / "demo"


@dataclass(frozen=True)
class StudioPaths:
    """The run-time folder and what is in it."""

    root: Path

    @classmethod
    def of(cls, folder: str | Path) -> "StudioPaths":
        """Those of a folder; "" for `data/` beside the code."""
        return cls(Path(folder).expanduser().resolve() if folder else PROJECT / "data")

    @property
    def store(self) -> Path:
        return self.root / "studio.duckdb"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def work(self) -> Path:
        """The worker's own folder of jobs, where results travel through a remote one."""
        return self.root / "work"

    @property
    def jobs_database(self) -> Path:
        return self.root / "jobs.sqlite"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def influence(self) -> Path:
        """Models that were tuned a little to measure rows with, and the gradients of rows."""
        return self.root / "influence"

    @property
    def compiled(self) -> Path:
        """Code of maps that was compiled on this computer."""
        return self.root / "compiled"

    @property
    def indicators(self) -> Path:
        """Indicators of the user's own, a Python file each."""
        return self.root / "indicators"

    @property
    def ways(self) -> Path:
        """Ways of choosing of the user's own, a Python file each."""
        return self.root / "ways"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def backups(self) -> Path:
        """Copies of the store, a folder each."""
        return self.root / "backups"

    @property
    def damaged(self) -> Path:
        """Files that could not be read, set aside in a folder for each time."""
        return self.root / "damaged"

    @property
    def logs(self) -> Path:
        return self.root / "logs"
