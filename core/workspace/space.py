"""What lies where in a data folder, how large it is, and what of it can be deleted without loss."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.paths import StudioPaths
from core.store.backups import Backups
from core.store.commits import commit_file, log_of


@dataclass(frozen=True)
class Place:
    """A part of the data folder.

    Attributes:
        name: by which it is freed.
        about: what lies there.
        bytes: that it takes.
        free_bytes: of these, what can be deleted here.
        fate: what that means, a sentence; where nothing can be deleted here, how else it gets smaller.
    """

    name: str
    about: str
    where: Path
    bytes: int
    free_bytes: int
    fate: str


def places(paths: StudioPaths) -> list[Place]:
    """All parts of a data folder that take something, largest first."""
    found = [
        _kept(paths, "database", "Rows, scores, rules, settings", paths.store, "Delete datasets to shrink it."),
        _kept(paths, "jobs", "Finished jobs with their adapters", paths.jobs, "Deleted with their experiments."),
        _kept(paths, "exports", "Exported files", paths.exports, "They are yours: move or delete them as you like."),
        _kept(paths, "models", "Models", paths.models, "Missing ones are made or downloaded again."),
        _kept(paths, "logs", "Logs", paths.logs, "Each starts anew at 2 MB."),
        _backups(paths),
        _freed("damaged", "Damaged files that were set aside", paths.damaged, "They cannot be looked at again."),
        _freed("uploads", "Copies of uploaded files", paths.uploads, "Their rows are in the datasets and stay there."),
        _freed("gradients", "Gradients for influence", paths.influence, "They are computed again when needed."),
        _freed("compiled", "Compiled code of maps", paths.compiled, "It is compiled again at the next map."),
        _freed("work", "A worker's copies of jobs that travel", paths.work, "They are fetched again when needed."),
    ]  # fmt: skip
    rest = size_of_all([paths.root]) - sum(each.bytes for each in found)
    found.append(Place("other", "Everything else", paths.root, max(0, rest), 0, ""))
    return sorted((each for each in found if each.bytes), key=lambda each: -each.bytes)


def free(paths: StudioPaths, name: str) -> int:
    """Delete what can be deleted of a place; how many bytes that was.

    Raises:
        InputError: there is no such place, or nothing of it can be deleted here.
    """
    known = {each.name: each for each in places(paths)}
    place = known.get(name)
    if place is None or not place.free_bytes:
        possible = ", ".join(each.name for each in known.values() if each.free_bytes)
        mend = f"Choose from {possible}." if possible else "Nothing can be deleted here."
        raise InputError("Nothing of this can be deleted.", where=name, mend=mend)
    if name == "backups":
        backups = Backups(paths.store)
        for backup in backups.all()[1:]:
            backups.remove(backup)
    else:
        shutil.rmtree(place.where, ignore_errors=True)
    return place.bytes - size_of_all([place.where])


def size_of_all(paths: Iterable[Path]) -> int:
    """Bytes of files and of all in folders; what a link leads to is not counted."""
    total = 0
    for path in paths:
        if path.is_symlink():
            continue
        if path.is_file():
            total += path.stat().st_size
        for folder, _, files in os.walk(path):
            for name in files:
                try:
                    total += os.lstat(f"{folder}/{name}").st_size
                except OSError:
                    continue  # gone meanwhile
    return total


def _kept(paths: StudioPaths, name: str, about: str, where: Path, fate: str) -> Place:
    files = [where, log_of(where), commit_file(where)] if where == paths.store else [where]
    if where == paths.jobs:
        files += sorted(paths.root.glob(f"{paths.jobs_database.name}*"))
    return Place(name, about, where, size_of_all(files), 0, fate)


def _freed(name: str, about: str, where: Path, fate: str) -> Place:
    size = size_of_all([where])
    return Place(name, about, where, size, size, fate)


def _backups(paths: StudioPaths) -> Place:
    older = sum(each.bytes for each in Backups(paths.store).all()[1:])
    fate = "All but the newest are deleted." if older else "The newest stays."
    return Place("backups", "Backups of the database", paths.backups, size_of_all([paths.backups]), older, fate)
