"""Files inside a ZIP archive, read as a stream where they are: nothing is ever unpacked to a path of the archive's."""

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import InputError
from core.formats.compression import is_bomb

ZIP_MAGIC = b"PK\x03\x04"
_WORKBOOK_PARTS = (b"xl/", b"opendocument.spreadsheet")
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class ArchivePlace:
    """A file in an archive: `/data/answers.zip/part/rows.csv` is `part/rows.csv` of `/data/answers.zip`."""

    archive: Path
    member: str


def is_workbook(head: bytes) -> bool:
    """Whether what begins so is a workbook of Excel or of OpenDocument, which are ZIP archives too."""
    return head.startswith(ZIP_MAGIC) and any(part in head for part in _WORKBOOK_PARTS)


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive that holds files, and no workbook."""
    try:
        with path.open("rb") as file:
            head = file.read(256 * 1024)
    except (OSError, ValueError):
        return False
    return head.startswith(ZIP_MAGIC) and not is_workbook(head)


def place_in(path: Path) -> ArchivePlace | None:
    """Which file of which archive a path goes into; None where it goes into none."""
    for parent in path.parents:
        if parent.is_file():
            return ArchivePlace(parent, path.relative_to(parent).as_posix()) if is_archive(parent) else None
        if parent.exists():
            break
    return None


def members_of(archive: Path, shown: str) -> list[zipfile.ZipInfo]:
    """The files in an archive, in its order, without what systems put beside them.

    Raises:
        InputError: it can't be read.
    """
    try:
        about = archive.stat()
        found = _listed(archive, about.st_size, about.st_mtime_ns)
    except _FAULTS as error:
        raise InputError(
            "The ZIP archive is damaged or incomplete.", where=shown, mend="Download it again, or unpack it yourself."
        ) from error
    return [each for each in found if each.filename and not each.is_dir() and not _of_system(each.filename)]


@lru_cache(maxsize=16)
def _listed(archive: Path, _size: int, _changed: int) -> tuple[zipfile.ZipInfo, ...]:
    with zipfile.ZipFile(archive) as opened:
        return tuple(opened.infolist())


def _of_system(name: str) -> bool:
    *folders, file = name.split("/")
    return file.startswith(".") or "__MACOSX" in folders


def member_of(place: ArchivePlace, shown: str) -> zipfile.ZipInfo:
    """What the archive says of a file in it.

    Raises:
        InputError: the archive can't be read, has no such file, or that is encrypted.
    """
    found = next((each for each in members_of(place.archive, shown) if each.filename == place.member), None)
    if found is None:
        raise InputError("There is no such file in the archive.", where=shown, mend="Give the archive itself.")
    if found.flag_bits & 1:
        raise InputError("The archive is encrypted.", where=shown, mend="Unpack it, and load the files.")
    if is_bomb(found.compress_size, found.file_size):
        raise InputError(
            f"The file in the archive unpacks to {found.file_size / 1e9:,.0f} GB, many times its size.",
            where=shown,
            mend="If it is meant so, unpack it, and load the file.",
        )
    return found


class ArchivedFile(io.RawIOBase):
    """The content of a file in an archive; it ends at a fault, and `damage` says what is wrong."""

    def __init__(self, place: ArchivePlace) -> None:
        self._given = 0
        self._archive = zipfile.ZipFile(place.archive)
        self._content: zipfile.ZipExtFile | None = None
        self.damage = ""
        try:
            self._content = self._archive.open(place.member)  # type: ignore[assignment]  # typeshed says IO[bytes]
        except _FAULTS:
            self.damage = "The file in the archive cannot be unpacked."

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed's own buffer type is private
        if self._content is None or self.damage:
            return 0
        try:
            made = self._content.read(len(buffer))
        except _FAULTS:
            self.damage = "The file in the archive is damaged."
            return 0
        buffer[: len(made)] = made
        self._given += len(made)
        return len(made)

    def tell(self) -> int:
        return self._given

    def close(self) -> None:
        if self._content is not None:
            self._content.close()
        self._archive.close()
        super().close()
