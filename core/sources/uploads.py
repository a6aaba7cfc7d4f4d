"""An uploaded file in the data folder, under a name that can't leave it."""

import hashlib
import re
from pathlib import Path

from core.files import not_written, whole_file
from core.formats.format import KINDS, PACKINGS
from core.formats.rejection import shown

_ENDING = re.compile(rf"(\.({'|'.join((*KINDS, 'zip'))}))?(\.({'|'.join(PACKINGS)}))?$", re.IGNORECASE)


def keep_upload(folder: Path, name: str, content: bytes | memoryview) -> Path:
    """Write an upload to `folder`, whole or not at all, and return where it is: the same content has the same place.

    Args:
        folder: made if it is not there.
        name: as the browser gave it; only an ending that tells of the form is taken from it.
        content: of the file.

    Raises:
        StorageFull: there is no space left.
        StoreError: `folder` can't be written.
    """
    ending = _ENDING.search(name)
    digest = hashlib.sha256(content).hexdigest()[:16]
    place = folder / f"{digest}{ending.group().lower() if ending else ''}"
    try:
        if not place.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(place) as partial:
                partial.write_bytes(content)
    except OSError as error:
        raise not_written(error, "the upload", shown(name), folder=folder) from error
    return place
