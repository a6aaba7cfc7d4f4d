"""Is everything in a data folder whole? Tables, backups, jobs, adapters, exports and the queue are read through."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, StudioError
from core.export.manifest import read_manifest
from core.export.place import data_file
from core.files import sha256_of, sqlite_fault
from core.humanize import counted
from core.paths import StudioPaths
from core.progress import Progress
from core.store import Store
from core.store.backups import Backups
from core.store.examine import table_names, unreadable_tables
from core.store.parts import unreadable
from core.values.files import plain_json


@dataclass(frozen=True)
class Fault:
    """Something that is not whole: where it is, what is wrong, and what to do."""

    what: str
    where: str
    told: str
    mend: str


@dataclass(frozen=True)
class FolderReport:
    """What was read, and what of it is not whole.

    Attributes:
        read: by what it is, how many of it were read.
    """

    read: dict[str, int]
    faults: tuple[Fault, ...]

    @property
    def told(self) -> str:
        """In a sentence."""
        about = ", ".join(counted(count, what) for what, count in self.read.items() if count)
        if not self.faults:
            return f"Everything is whole: {about}."
        return f"{len(self.faults):,} damaged, of {about}."


def check_folder(store: Store, paths: StudioPaths, progress: Progress) -> FolderReport:
    """Read everything that a data folder keeps; nothing is changed.

    Raises:
        Cancelled: `progress` said so.
    """
    read: dict[str, int] = {}
    faults: list[Fault] = []
    for what, check in CHECKS.items():
        progress.update(len(read), len(CHECKS), f"Reading each {what}")
        count, found = check(store, paths)
        read[what] = count
        faults += [Fault(what, str(where), told, mend) for where, told, mend in found]
    return FolderReport(read, tuple(faults))


def _tables(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    mend = "Restore a backup: Storage in the studio, or `python -m jobs restore`."
    with store.connection.read() as cursor:
        faults, count = unreadable_tables(cursor), len(table_names(cursor))
    return count, [(f"{paths.store.name}: {name}", "The table cannot be read.", mend) for name, _ in faults]


def _backups(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    backups = Backups(paths.store)
    found = backups.all()
    told = [(backups.folder / each.name, backups.verify(each)) for each in found]
    mend = "Delete this backup and make a new one."
    return len(found), [(where, fault, mend) for where, fault in told if fault]


def _jobs(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    faults: list[tuple[object, str, str]] = []
    folders = [each for each in sorted(paths.jobs.glob("*/")) if not each.name.startswith(".")]
    for folder in folders:
        try:
            plain_json(folder / "spec.json")
        except InputError as error:
            faults.append((folder, error.what, "Start this job again on its page; delete this folder."))
        for table in sorted(folder.glob("input/*.parquet")) + sorted(folder.glob("parts/[!.]*.parquet")):
            if fault := unreadable(table):
                again = "Delete this file and retry the job; it is computed again."
                faults.append((table, fault, again if table.parent.name == "parts" else "Start this job again."))
    return len(folders), faults


def _adapters(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    files = sorted(paths.jobs.glob("*/sets/*/adapter/*.safetensors"))
    mend = "Delete the folder of this set in the job's `sets` folder and retry the set."
    return len(files), [(file, fault, mend) for file in files if (fault := _unreadable_weights(file))]


def _models(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    files = sorted(paths.models.glob("*/*.safetensors"))
    mend = "Delete its folder; the next start makes it again."
    return len(files), [(file, fault, mend) for file in files if (fault := _unreadable_weights(file))]


def _exports(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    faults: list[tuple[object, str, str]] = []
    files = 0
    for file in sorted(paths.exports.rglob("*manifest.json")):
        again = f"Export the selection again, or run `python -m core.rebuild {file}`."
        try:
            manifest = read_manifest(file)
        except StudioError as error:
            faults.append((file, error.what, "Export the selection again."))
            continue
        data, files = data_file(file, manifest), files + 1
        try:
            if sha256_of(data) != manifest.sha256:
                faults.append((data, "It is not what was exported.", again))
        except OSError as error:
            faults.append((data, f"It cannot be read: {error.strerror or error}.", again))
    return files, faults


def _queue(store: Store, paths: StudioPaths) -> tuple[int, list[tuple[object, str, str]]]:
    if not paths.jobs_database.exists():
        return 0, []
    fault = sqlite_fault(paths.jobs_database)
    mend = "Restart the studio: the worker makes it again from the jobs' folders."
    return 1, [(paths.jobs_database, f"It cannot be read: {fault}.", mend)] if fault else []


CHECKS: dict[str, Callable[[Store, StudioPaths], tuple[int, Sequence[tuple[object, str, str]]]]] = {
    "table": _tables,
    "backup": _backups,
    "job folder": _jobs,
    "adapter": _adapters,
    "model file": _models,
    "exported file": _exports,
    "queue": _queue,
}


def _unreadable_weights(file: Path) -> str:
    """Whether a safetensors file has the length that its head tells, tensor by tensor without a gap."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            head = json.loads(stream.read(length)) if length < 100_000_000 else {}
        ends = [each["data_offsets"][1] for name, each in head.items() if name != "__metadata__"]
        if ends and file.stat().st_size == 8 + length + max(ends):
            return ""
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        pass
    return "It is cut short or damaged."
