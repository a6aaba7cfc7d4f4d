"""Where the files of an export go, so that none takes the place of a file that is not an earlier one of its own.

An export knows its earlier files by the manifest beside them: it has the same selection's name and settings, and the
fingerprints of the files. A file that was changed since is the user's.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError
from core.export import dataset_info
from core.export.card import DATA_FILE
from core.export.file_names import numbered
from core.export.manifest import Manifest, read_manifest
from core.files import UNFINISHED, sha256_of

Same = Callable[[Manifest], bool]
Wanted = Callable[["ExportPlace"], Iterable[str]]


@dataclass(frozen=True)
class ExportPlace:
    """A folder, and how the files of an export are named in it.

    Attributes:
        stem: begins the names of data and zip, and names the dataset for trainers.
        shared: whether the folder has files of others, so that all names begin with the stem.
    """

    folder: Path
    stem: str
    shared: bool = False

    @property
    def prefix(self) -> str:
        """Begins the names of files that go with the data: `best.axolotl.yml` in a shared folder."""
        return f"{self.stem}." if self.shared else ""

    @property
    def hub(self) -> str:
        """The dataset folder."""
        return f"{self.stem}-hub" if self.shared else "hub"

    @property
    def archive(self) -> str:
        return f"{self.stem}.zip"

    def manifest(self, hub: bool) -> str:
        return f"{self.hub}/manifest.json" if hub else f"{self.prefix}manifest.json"

    @property
    def staging(self) -> Path:
        """Where the files are written; they leave it once all are there, the manifest last."""
        return self.folder / f"{UNFINISHED}{self.stem}"

    def earlier(self, same: Same) -> "Earlier":
        """What an earlier export of the selection has left here, one that was killed too."""
        found = Earlier(self.folder)
        for base in (self.folder, self.staging):
            for name in (self.manifest(hub=False), self.manifest(hub=True)):
                manifest = _read(base / name)
                if manifest is not None and same(manifest):
                    found.add(name, base / name, manifest)
        return found


@dataclass
class Earlier:
    """Files of earlier exports: by name, which fingerprints they had."""

    folder: Path
    files: dict[str, set[str]] = field(default_factory=dict)
    manifests: list[tuple[str, bytes]] = field(default_factory=list)
    unknown: bool = False  # an older studio wrote them, which kept no fingerprints

    def add(self, name: str, file: Path, manifest: Manifest) -> None:
        self.unknown |= not manifest.files
        self.manifests.append((name, file.read_bytes()))
        for each, digest in {**manifest.files, name: sha256_of(file)}.items():
            self.files.setdefault(each, set()).add(digest)

    def __bool__(self) -> bool:
        return bool(self.manifests)

    def left(self, name: str) -> bool:
        """Whether a file is there as an earlier export left it."""
        path = self.folder / name
        try:
            if path.suffix == ".zip" and path.is_file():
                return any(_packed(path, each) == content for each, content in self.manifests)
            return path.is_file() and name in self.files and sha256_of(path) in self.files[name]
        except OSError:  # it can't be read, so nobody knows whose it is
            return False


def data_file(file: Path, manifest: Manifest) -> Path:
    """The data of an export, by its manifest; what else it wrote may be edited, and LLaMA-Factory's file is shared.

    Args:
        file: of the manifest.
    """
    folder = file.parent.parent if manifest.options.hub else file.parent
    name = next((each for each, digest in manifest.files.items() if digest == manifest.sha256), "")
    if name:
        return folder / name
    if manifest.options.hub:  # before version 3 of the manifest
        return file.parent / DATA_FILE
    alone = file.name.removesuffix(".manifest.json")  # a file that the user named
    return folder / (alone if alone != file.name else f"{manifest.name}{manifest.options.suffix}")


def own_place(exports: Path, name: str, same: Same, wanted: Wanted) -> ExportPlace:
    """A folder for the selection among the studio's exports, the first that nobody else has."""
    for each in numbered(name):
        place = ExportPlace(exports / each, each)
        earlier = place.earlier(same)
        if is_empty(place.folder) or (earlier and (earlier.unknown or _fits(place, earlier, wanted))):
            return place
    raise AssertionError("there is always one more number")


def place_in(folder: Path, name: str, same: Same, wanted: Wanted) -> ExportPlace:
    """A place in a folder of the user's: the first names that nobody else has."""
    alone = ExportPlace(folder, name)
    earlier = alone.earlier(same)
    if is_empty(folder) or (earlier and _fits(alone, earlier, wanted)):
        return alone
    for each in numbered(name):
        place = ExportPlace(folder, each, shared=True)
        if _fits(place, place.earlier(same), wanted):
            return place
    raise AssertionError("there is always one more number")


def refuse_taken(file: Path, manifest: Path) -> None:
    """Refuse to write over a file that no export wrote, or that was changed since.

    Args:
        file: that the user named.
        manifest: beside it.

    Raises:
        InputError: it is there.
    """
    known = _read(manifest)
    if manifest.exists() and known is None:
        mend = "Move that file, or choose another name."
        raise InputError("There is a file of this name that is not a manifest.", where=str(manifest), mend=mend)
    if file.exists() and (known is None or sha256_of(file) != known.sha256):
        mend = "Choose another name, or delete that file first."
        raise InputError("There is a file of this name that is not an export.", where=str(file), mend=mend)


def is_empty(folder: Path) -> bool:
    """Whether a folder is not there, or has nothing in it but what a crash left."""
    if not folder.is_dir():
        return not folder.exists()
    return all(each.name.startswith(UNFINISHED) for each in folder.iterdir())


def text_fingerprint(text: str) -> str:
    """SHA-256 of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _fits(place: ExportPlace, earlier: Earlier, wanted: Wanted) -> bool:
    entries = dataset_info.entries_of(place.folder) or {}
    if place.stem in entries:
        known = earlier.files.get(dataset_info.NAME, set())
        if not earlier.unknown and text_fingerprint(dataset_info.alone(place.stem, entries[place.stem])) not in known:
            return False
    return all(not (place.folder / name).exists() or earlier.left(name) for name in wanted(place))


def _read(path: Path) -> Manifest | None:
    if not path.is_file():
        return None
    with suppress(InputError):
        return read_manifest(path)
    return None


def _packed(archive: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.read(name)
    except (OSError, KeyError, zipfile.BadZipFile):
        return b""
