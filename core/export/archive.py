"""Several files as one zip: the same files give the same bytes."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from core.files import output_file


def write_archive(path: Path, files: Sequence[Path]) -> Path:
    """Pack files into a zip at `path`, whole or not at all.

    Args:
        files: of the folder of `path` and the folders in it; in the zip they stand as there.

    Raises:
        StorageFull: there is no space left.
        StudioError: the place can't be written.
    """
    with output_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(
                file.relative_to(path.parent).as_posix()
            )  # dated 1980: the date of writing would change the bytes
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
    return path
