"""The layouts that trainers read, and what else goes into a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from core.rows.marks import StoredMark
from core.rows.row import Row
from core.values import Value

DATASET_COLUMN, SCORE_PREFIX = "source_dataset", "score_"
MARK_COLUMNS = ("mark", "note", "tags")


class Layout(StrEnum):
    """The file's form; all but the last two are JSON Lines."""

    ALPACA = "alpaca"
    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    PROMPT_COMPLETION = "prompt_completion"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        return {Layout.CSV: ".csv", Layout.PARQUET: ".parquet"}.get(self, ".jsonl")


@dataclass(frozen=True)
class ExportOptions(Value):
    """What goes into the file.

    Attributes:
        extra: whether the source's other columns go along, as one JSON text in `other`.
        dataset: whether each row names the dataset that it comes from, as `source_dataset`.
        scores: indicators that go along, each as `score_<indicator>`.
        marks: whether mark, note and tags by hand go along, as `mark`, `note` and `tags`.
        neutralise_formulas: whether text of a CSV that a spreadsheet would take for a formula gets an apostrophe first.
        hub: whether the rows go into a Parquet file with the layout's nested columns, as folders of the hub have it.
        ending: the file's, where it is not the layout's own; it says how the file is packed.
        uniform: whether each row has the same columns and types as every other, so that readers that look at the
            beginning of a file read all of it; older studios wrote files without.
    """

    layout: Layout = Layout.ALPACA
    extra: bool = False
    dataset: bool = False
    scores: tuple[str, ...] = ()
    neutralise_formulas: bool = False
    hub: bool = False
    ending: Literal["", ".json", ".jsonl.gz", ".jsonl.zst", ".json.gz", ".json.zst", ".csv.gz", ".csv.zst"] = ""
    uniform: bool = True
    marks: bool = False

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return ".parquet" if self.hub else self.ending or self.layout.suffix

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; what has no bearing on the file is false."""
        neutralised = self.neutralise_formulas and self.layout is Layout.CSV and not self.hub
        return super().as_dict() | {"neutralise_formulas": neutralised}

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.hub and self.layout is Layout.CSV:
            yield "layout", "a dataset folder is made of Parquet; choose another layout than csv"
        if self.ending and (self.ending.startswith(".csv") != (self.layout is Layout.CSV)):
            yield "ending", f"the layout {self.layout} is not written to {self.ending}"


def with_older(values: Any) -> Any:
    """Options of a manifest with what older studios did not write; they made the file without any of it."""
    older = {"neutralise_formulas": False, "hub": False, "ending": "", "uniform": False}
    return older | values if isinstance(values, dict) else values


@dataclass(frozen=True)
class ExportRow:
    """A row, the name of its dataset, its scores and what was said of it by hand, where that is known."""

    row: Row
    dataset: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)
    by_hand: StoredMark | None = None
