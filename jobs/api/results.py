"""What the studio's Python interface gives back: frames beside the few numbers that sum them up."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pandas as pd

if TYPE_CHECKING:
    from core.regression.procedure import FitReport
    from core.rows.filters import KeySet
    from core.rules.rule import Rule
    from core.selection.doubts import Doubt
    from core.selection.flagged import FlaggedRows
    from core.selection.outcome import SelectionOutcome
    from core.selection.select import Selection

Report = TypeVar("Report")


@dataclass(frozen=True, eq=False)
class ScoringResult:
    """Datasets and their scores.

    Attributes:
        indicators: asked for.
        means: a line a dataset: name, rows, and the mean of each indicator over the rows that have it.
        new: scores and embeddings that were computed now; those that were there are not computed again.
    """

    indicators: tuple[str, ...]
    means: pd.DataFrame
    new: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"indicators": list(self.indicators), "new": self.new, "datasets": plain(self.means)}


@dataclass(frozen=True, eq=False)
class LearnedRuleResult:
    """A rule and how far to trust it.

    Attributes:
        examined: the fit, with all that tells how far to trust it.
        remarks: on what was left out of the table.
        saved: whether the rule was kept under its name.
    """

    rule: "Rule"
    examined: "FitReport"
    sets: pd.DataFrame
    remarks: tuple[str, ...]
    saved: bool

    @property
    def predicted_r_squared(self) -> float | None:
        """Of sets that the rule has not seen; None where that could not be measured."""
        return self.examined.alone.predicted_r_squared if self.examined.alone else None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "rule": self.rule.as_dict(),
            "equation": self.rule.equation,
            "sets": len(self.sets),
            "r_squared": self.examined.linear.r_squared,
            "predicted_r_squared": self.predicted_r_squared,
            "validation": self.examined.alone.method if self.examined.alone else "",
            "doubts": list(self.examined.doubts),
            "remarks": list(self.remarks),
            "saved": self.saved,
        }


@dataclass(frozen=True, eq=False)
class SelectionResult:
    """Rows that were selected.

    Attributes:
        name: under which the selection was kept, "" where it was not.
        doubts: what to know before the rows are used.
        flagged: what became of the rows that checks have flagged; None where none is.
    """

    outcome: "SelectionOutcome"
    name: str
    doubts: "tuple[Doubt, ...]"
    flagged: "FlaggedRows | None"

    @property
    def selection(self) -> "Selection":
        return self.outcome.selection

    @property
    def rows(self) -> pd.DataFrame:
        """The kept rows, best first: dataset_id, row_id, rank, value."""
        return self.selection.kept

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        prediction = self.outcome.prediction
        return {
            "selection": self.name or None,
            "kept": len(self.rows),
            "considered": self.selection.considered,
            "rankable": self.selection.rankable,
            "response_tokens": self.selection.tokens,
            "dropped": self.selection.reasons,
            "rule_value": prediction.kept if prediction else None,
            "rule_value_of_all": prediction.everything if prediction else None,
            "rule_value_of_random": prediction.random_mean if prediction else None,
            "doubts": [str(each) for each in self.doubts],
            "flagged": self.flagged.rows if self.flagged else None,
            "flagged_dropped": self.flagged.gone if self.flagged else None,
        }


@dataclass(frozen=True)
class SimilarRow:
    """A row and what it is like: an earlier row, or a question of an evaluation set; of which dataset or set."""

    dataset: str
    text: str
    like_in: str
    like_text: str
    similarity: float


@dataclass(frozen=True, eq=False)
class Found(Generic[Report]):
    """What a check has found.

    Attributes:
        looked_at: how many rows.
        read_alike, read_rows: read what `alike` and `rows` hold.
    """

    report: Report
    looked_at: int
    read_alike: Callable[[], tuple[SimilarRow, ...]] = field(repr=False)
    read_rows: "Callable[[], KeySet]" = field(repr=False)

    @cached_property
    def alike(self) -> tuple[SimilarRow, ...]:
        """The rows, most alike first; their texts are read when this is first asked for."""
        return self.read_alike()

    @cached_property
    def rows(self) -> "KeySet":
        """The same by their keys, as a filter leaves them out."""
        return self.read_rows()

    def as_dict(self, examples: int) -> dict[str, Any]:
        """As JSON values, with so many examples."""
        between = Counter((each.dataset, each.like_in) for each in self.alike)
        return {
            "what": self.rows.title,
            "rows": self.looked_at,
            "found": len(self.rows.keys),
            "between": [
                {"dataset": dataset, "like_in": like_in, "rows": rows}
                for (dataset, like_in), rows in between.most_common()
            ],
            "examples": [asdict(each) for each in self.alike[:examples]],
        }


@dataclass(frozen=True)
class ExportResult:
    """A file of a selection, and the manifest that makes the same file again.

    Attributes:
        flattened: how many conversations the layout can't hold turn by turn.
        hub_folder: what `datasets.load_dataset` reads, None where it was not asked for.
        trainers, archive: what trainers ask for, and all as one zip, where a folder was made.
        remarks: what did not go along as it was, and which files of others were kept, a sentence each.
    """

    path: Path
    manifest: Path
    rows: int
    size_bytes: int
    sha256: str
    flattened: int = 0
    hub_folder: Path | None = None
    trainers: tuple[Path, ...] = ()
    archive: Path | None = None
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "file": str(self.path),
            "manifest": str(self.manifest),
            "rows": self.rows,
            "bytes": self.size_bytes,
            "sha256": self.sha256,
            "flattened": self.flattened,
            "hub_folder": str(self.hub_folder) if self.hub_folder else None,
            "trainers": [str(each) for each in self.trainers],
            "archive": str(self.archive) if self.archive else None,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, eq=False)
class MapResult:
    """A map of datasets, by name.

    Attributes:
        status: of the job that makes it; done where it is there.
        method: UMAP or PCA, found from `fitted` rows; the others were placed into it.
        points: a line a row: dataset, row_id, x, y, mark, cluster (missing where it is in none) and its scores.
        clusters: a line a cluster, the largest first: cluster (its number), name, rows and the means of their scores;
            last the rows in none.
    """

    datasets: tuple[str, ...]
    status: str
    method: str = ""
    fitted: int = 0
    points: pd.DataFrame = field(default_factory=pd.DataFrame)
    clusters: pd.DataFrame = field(default_factory=pd.DataFrame)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, without the points."""
        return {
            "datasets": list(self.datasets),
            "status": self.status,
            "method": self.method,
            "fitted": self.fitted,
            "rows": len(self.points),
            "clusters": plain(self.clusters),
        }


@dataclass(frozen=True)
class ReportResult:
    """The report's file; for each of its sections None, or what is missing for it."""

    path: Path
    size_bytes: int
    sections: dict[str, str | None]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"file": str(self.path), "bytes": self.size_bytes, "missing": self.sections}


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Lines of a frame as JSON values, None for what is not a number."""
    return [{str(name): _plain(value) for name, value in line.items()} for line in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if value is pd.NA or (isinstance(value, float) and not math.isfinite(value)) else value
