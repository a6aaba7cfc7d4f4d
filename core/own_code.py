"""Code of the user's own, which joins a registry: files in a folder of the data folder, and installed packages.

It is foreign code, which runs with the rights of whoever runs the studio. So nothing of it is imported before the user
has switched it on; `found` only looks at names. This is the one place of the studio that runs text as code: the very
bytes whose digest goes along with what they define, so that a changed file never mixes with what an earlier one made.
"""

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

from core.errors import InputError, StudioError
from core.progress import Cancelled


class Titled(Protocol):
    """What a registry holds."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...


Kind = TypeVar("Kind", bound=Titled)


@dataclass(frozen=True)
class Origin:
    """Where something of the user's own comes from.

    Attributes:
        label: name of the file, or of the entry point with its package and version.
        digest: of the code.
        entry: name of the entry point; "" for a file.
        content: of the file.
    """

    label: str
    digest: str
    entry: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class CodeSource:
    """Where something may come from.

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
class OwnOffer(Generic[Kind]):
    """What sources came to: what is offered now, and why others are not."""

    offered: tuple[Kind, ...] = ()
    faults: tuple[InputError, ...] = ()


@dataclass(frozen=True, eq=False)
class OwnKind(Generic[Kind]):
    """A kind of thing that users may define.

    Attributes:
        noun: for sentences: `indicator`.
        variable: the name under which a file defines it: `INDICATOR`.
        kind: its class.
        group: of entry points.
        guide: the document that says how to write one.
        checked: gives it its origin and guards its functions, or raises InputError.
        built_in: those of the studio by name, whose names and titles are taken.
    """

    noun: str
    variable: str
    kind: type[Kind]
    group: str
    guide: str
    checked: Callable[[Kind, Origin], Kind]
    built_in: Callable[[], Mapping[str, Kind]]
    _known: dict[CodeSource, Kind | InputError] = field(default_factory=dict, repr=False)

    def found(self, folder: Path) -> list[CodeSource]:
        """The files of a folder and the entry points of installed packages; nothing of them is imported."""
        entries = metadata.entry_points(group=self.group)
        packages = [CodeSource(f"{each.name} of {_package(each)}", entry=each.name) for each in entries]
        return [*_files(folder), *packages]

    def load(self, sources: Iterable[CodeSource]) -> OwnOffer[Kind]:
        """Import sources; one that is at fault is left out, and why is told."""
        offered: dict[str, Kind] = {}
        faults = []
        for source in sources:
            try:
                each = self._loaded(source)
                self._refuse_clash(each, {**self.built_in(), **offered}.values(), source)
                offered[each.name] = each
            except InputError as fault:
                faults.append(fault)
        return OwnOffer(tuple(offered.values()), tuple(faults))

    def _loaded(self, source: CodeSource) -> Kind:
        """What a source defines; it is imported once in a process.

        Raises:
            InputError: it defines none, or is at fault.
        """
        if source not in self._known:
            try:
                self._known[source] = self._imported(source)
            except InputError as fault:
                self._known[source] = fault
        known = self._known[source]
        if isinstance(known, InputError):
            raise known
        return known

    def _imported(self, source: CodeSource) -> Kind:
        try:
            defined, digest = self._of_package(source.entry) if source.entry else (self._of_file(source), source.digest)
        except (Exception, SystemExit) as error:
            what = f"This file can't be read as {self._a_noun}: {type(error).__name__}: {error}."
            raise InputError(what, where=source.label, mend=self._mend) from error
        if not isinstance(defined, self.kind):
            raise InputError(f"This file defines no {self.variable}.", where=source.label, mend=self._mend)
        return self.checked(defined, Origin(source.label, digest, source.entry, source.content))

    def _of_file(self, source: CodeSource) -> object:
        """What a file defines, run from the bytes that were read: a file that changes now is another source."""
        module = ModuleType(f"own_{self.noun}_{source.digest[:16]}")
        module.__file__ = source.label
        sys.modules[module.__name__] = module
        try:
            exec(compile(source.content, source.label, "exec"), module.__dict__)
        except BaseException:
            del sys.modules[module.__name__]
            raise
        return getattr(module, self.variable, None)

    def _of_package(self, entry: str) -> tuple[object, str]:
        """What an entry point names, and the digest of its module's file with the version of its package."""
        (found_entry,) = metadata.entry_points(group=self.group, name=entry)
        defined = found_entry.load()
        file = importlib.import_module(found_entry.module).__file__
        return defined, _digest(_package(found_entry).encode() + Path(file or "").read_bytes())

    def _refuse_clash(self, one: Titled, others: Iterable[Titled], source: CodeSource) -> None:
        for other in others:
            if other.name == one.name or other.title.casefold() == one.title.casefold():
                raise InputError(
                    f"There is {self._a_noun} “{other.title}” ({other.name}) already.",
                    where=source.label,
                    mend="Give this one another name and title.",
                )

    @property
    def _a_noun(self) -> str:
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    @property
    def _mend(self) -> str:
        return f"{self.guide} says what such a file holds."


def guarded(compute: Callable[..., Any], noun: str, label: str) -> Callable[..., Any]:
    """The same function; whatever goes wrong in it is told in a sentence that names the file."""

    @wraps(compute)
    def told(*arguments: Any) -> Any:
        try:
            return compute(*arguments)
        except (StudioError, Cancelled):
            raise
        except (Exception, SystemExit) as error:
            fault = f"The {noun} failed: {type(error).__name__}: {error}."
            mend = f"Mend the file, or switch own {noun}s off."
            raise InputError(fault, where=label, mend=mend) from error

    return told


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
