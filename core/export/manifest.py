"""The manifest beside an export: everything from which the same file can be made again, byte for byte."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge

from core.errors import InputError
from core.export import ExportOptions, Written
from core.export.layouts import with_older
from core.rows.marks import StoredMark, counted_marks
from core.selection.source_dataset import SourceDataset
from core.selection.spec import SelectionSpec
from core.store.score_matrix import PREDICTED
from core.values import Door, Value, read, to_plain
from core.values.files import plain_json
from core.values.wording import shortened
from core.versions import versions

KIND, VERSION = "instructmining-manifest", 5
_FILE_NAME = re.compile(r"[^/\\]{1,200}")


@dataclass(frozen=True)
class Result(Value):
    """The file that was written."""

    rows: Annotated[int, Ge(0)]
    sha256: str


@dataclass(frozen=True)
class _ManifestFile(Value):
    """The manifest as it stands in its file."""

    kind: Literal["instructmining-manifest"]
    version: int
    name: str
    profile: str
    sources: tuple[SourceDataset, ...]
    selection: SelectionSpec
    export: ExportOptions
    result: Result
    versions: dict[str, str]
    marked_by_hand: dict[str, int] = field(default_factory=dict)  # of version 1 there is none
    title: str = ""  # as this and the next, before version 3
    files: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()  # before version 4 there are none
    by_hand: tuple[StoredMark, ...] = ()  # before version 5 none went along

    def refusals(self) -> Iterable[tuple[str, str]]:
        if not _FILE_NAME.fullmatch(self.name):
            yield "name", f"{shortened(self.name)} is not a file name"


@dataclass(frozen=True)
class Manifest:
    """Data, scores, spec, form and result of an export. Dataset numbers are those of the store that made it.

    Attributes:
        name: of the files.
        title: the selection's name.
        files: that were written with it, each with its SHA-256; by this a later export knows them again.
        warnings: what is to be known of the selection before its rows are used.
        by_hand: marks, notes and tags that went along.
    """

    name: str
    profile: str
    sources: tuple[SourceDataset, ...]
    spec: SelectionSpec
    options: ExportOptions
    rows: int
    sha256: str
    versions: dict[str, str]
    title: str = ""
    files: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    by_hand: tuple[StoredMark, ...] = ()

    def as_json(self) -> str:
        """Readable JSON, the same for the same manifest."""
        values = {
            "kind": KIND,
            "version": VERSION,
            "name": self.name,
            "profile": self.profile,
            "sources": to_plain(self.sources),
            "selection": self.spec.as_dict(),
            "export": self.options.as_dict(),
            "marked_by_hand": counted_marks(self.spec.by_hand),
            "result": {"rows": self.rows, "sha256": self.sha256},
            "versions": self.versions,
            "title": self.title,
            "files": self.files,
            "warnings": list(self.warnings),
            "by_hand": to_plain(self.by_hand),
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def make_manifest(
    name: str,
    profile: str,
    sources: Sequence[SourceDataset],
    spec: SelectionSpec,
    options: ExportOptions,
    written: Written,
    title: str = "",
    warnings: Sequence[str] = (),
    by_hand: Sequence[StoredMark] = (),
) -> Manifest:
    """The manifest of a file just written.

    Args:
        name: of the file.
        title: the selection's name.
        sources: every dataset that the spec's filters admit; of their scores the ones that matter are kept.
        warnings: what is to be known of the selection, a sentence each.
        by_hand: marks, notes and tags that went along.
    """
    needed = {*spec.scorers_needed, *options.scores}
    if spec.rule is not None and PREDICTED in options.scores:
        needed |= set(spec.rule.indicators)
    kept = tuple(source.only(needed) for source in sources)
    return Manifest(
        name, profile, kept, spec, options, written.rows, written.sha256, versions(), title,
        warnings=(*warnings, *written.counts.told_of_answers), by_hand=tuple(by_hand),
    )  # fmt: skip


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        InputError: it is not there, is no manifest, is of a newer version, or a value in it is not allowed.
    """
    values = plain_json(path)
    if not isinstance(values, dict) or values.get("kind") != KIND:
        mend = "Use the manifest.json of an export."
        raise InputError("This is not a manifest.", where=str(path), mend=mend)
    version = values.get("version")
    if isinstance(version, (int, float)) and version > VERSION:
        raise InputError("This manifest was written by a newer version.", where=str(path), mend="Update the studio.")
    values["export"] = with_older(values.get("export"))
    known = read(_ManifestFile, values, f"{path}: ", Door.FILE)
    return Manifest(
        known.name,
        known.profile,
        known.sources,
        known.selection,
        known.export,
        known.result.rows,
        known.result.sha256,
        known.versions,
        known.title,
        known.files,
        known.warnings,
        known.by_hand,
    )
