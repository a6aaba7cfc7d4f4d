"""Indicators of one's own: files in a folder of the data folder, and installed packages that offer some.

They are foreign code, which runs with the rights of whoever runs the studio. So nothing of them is imported before
the user has switched them on; `found` only looks at names. This is the one place of the studio that runs text as code:
the very bytes whose digest is part of the scores' key, so that a changed file never mixes with old scores.
"""

import hashlib
import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType

from core.errors import InputError
from core.indicators import built_in, use_own
from core.indicators.base import Indicator
from core.indicators.own_check import checked

GROUP = "instructmining.indicators"  # of entry points
SETTING = "own_indicators"  # in the store: whether they are switched on
MEND = "docs/own_indicators.md says what such a file holds."


@dataclass(frozen=True)
class CodeSource:
    """Where an indicator comes from.

    Attributes:
        label: name of the file, or of the entry point with its package and version.
        entry: name of the entry point; "" for a file.
        content: of the file.
    """

    label: str
    entry: str = ""
    content: bytes = field(default=b"", repr=False)

    @property
    def digest(self) -> str:
        """Of the file's content; of a package it is known once that is imported."""
        return _digest(self.content)


@dataclass(frozen=True)
class OwnIndicators:
    """What the sources came to: the indicators that are offered now, and why others are not."""

    indicators: tuple[Indicator, ...] = ()
    faults: tuple[InputError, ...] = ()


def found(folder: Path) -> list[CodeSource]:
    """The files of a folder and the entry points of installed packages; nothing of them is imported."""
    entries = metadata.entry_points(group=GROUP)
    packages = [CodeSource(f"{each.name} of {_package(each)}", entry=each.name) for each in entries]
    return [*_files(folder), *packages]


def offer(folder: Path, allowed: bool) -> OwnIndicators:
    """Let the registry offer the indicators of one's own of this data folder, or none where they are off."""
    own = load(found(folder)) if allowed else OwnIndicators()
    use_own(own.indicators)
    return own


def load(sources: Iterable[CodeSource]) -> OwnIndicators:
    """Import sources; one that is at fault is left out, and why is told."""
    indicators: dict[str, Indicator] = {}
    faults = []
    for source in sources:
        try:
            each = _loaded(source)
            _refuse_clash(each, {**built_in(), **indicators}.values(), source)
            indicators[each.name] = each
        except InputError as fault:
            faults.append(fault)
    return OwnIndicators(tuple(indicators.values()), tuple(faults))


_known: dict[CodeSource, Indicator | InputError] = {}


def _loaded(source: CodeSource) -> Indicator:
    """The indicator of a source, which is imported once in a process.

    Raises:
        InputError: it has none, or is at fault.
    """
    if source not in _known:
        try:
            _known[source] = _imported(source)
        except InputError as fault:
            _known[source] = fault
    known = _known[source]
    if isinstance(known, InputError):
        raise known
    return known


def _imported(source: CodeSource) -> Indicator:
    try:
        defined, digest = _of_package(source.entry) if source.entry else (_of_file(source), source.digest)
    except (Exception, SystemExit) as error:
        what = f"This file can't be read as an indicator: {type(error).__name__}: {error}."
        raise InputError(what, where=source.label, mend=MEND) from error
    if not isinstance(defined, Indicator):
        raise InputError("This file defines no INDICATOR.", where=source.label, mend=MEND)
    return checked(defined, source.label, source.entry, digest, source.content)


def _of_file(source: CodeSource) -> object:
    """What a file defines, run from the bytes that were read: a file that changes now is another source."""
    module = ModuleType(f"own_indicator_{source.digest[:16]}")
    module.__file__ = source.label
    sys.modules[module.__name__] = module
    try:
        exec(compile(source.content, source.label, "exec"), module.__dict__)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return getattr(module, "INDICATOR", None)


def _of_package(entry: str) -> tuple[object, str]:
    """What an entry point names, and the digest of its module's file with the version of its package."""
    (found_entry,) = metadata.entry_points(group=GROUP, name=entry)
    defined = found_entry.load()
    file = importlib.import_module(found_entry.module).__file__
    return defined, _digest(_package(found_entry).encode() + Path(file or "").read_bytes())


def _refuse_clash(indicator: Indicator, others: Iterable[Indicator], source: CodeSource) -> None:
    for other in others:
        if other.name == indicator.name or other.title.casefold() == indicator.title.casefold():
            raise InputError(
                f"There is an indicator “{other.title}” ({other.name}) already.",
                where=source.label,
                mend="Give this one another name and title.",
            )


def _files(folder: Path) -> list[CodeSource]:
    """Those whose name begins with an underscore or a dot are left alone."""
    try:
        files = sorted(file for file in folder.glob("*.py") if not file.name.startswith(("_", ".")))
        return [CodeSource(file.name, content=file.read_bytes()) for file in files]
    except OSError:
        return []


def _package(entry: metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "?"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
