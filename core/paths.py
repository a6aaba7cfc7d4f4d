"""Where everything that is made at run time lives: one folder, moved by `STUDIO_DATA`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEMO = PROJECT / "data" / "demo"


@dataclass(frozen=True)
class StudioPaths:
    """The run-time folder and what is in it. Read the environment once, at an entry point, and pass this down."""

    root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "StudioPaths":
        """`STUDIO_DATA` if set, else `data/` beside the code."""
        chosen = environment.get("STUDIO_DATA", "")
        return cls(Path(chosen).expanduser().resolve() if chosen else PROJECT / "data")

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
    def indicators(self) -> Path:
        """Indicators of the user's own, a Python file each."""
        return self.root / "indicators"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def exports(self) -> Path:
        return self.root / "exports"
