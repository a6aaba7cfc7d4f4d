"""All files of an export: the data, its manifest, what trainers ask for, and the card of a dataset folder."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.export.archive import write_archive
from core.export.card import DATA_FILE, dataset_card
from core.export.export_file import ExportedFile, export_file
from core.export.layouts import ExportOptions
from core.export.manifest import read_manifest
from core.export.trainers import TrainerFile, trainer_files
from core.files import write_text
from core.progress import Progress
from core.selection.record import SelectionRecord
from core.store import Store

HUB_FOLDER = "hub"


@dataclass(frozen=True)
class Bundle:
    """What an export made.

    Attributes:
        hub_folder: what `datasets.load_dataset` reads and the hub takes; None where it was not asked for.
        trainers: the files for trainers; they stand in the folder of the archive.
        archive: everything in one zip.
    """

    file: ExportedFile
    hub_folder: Path | None
    trainers: tuple[TrainerFile, ...]
    archive: Path


def file_name_for(name: str) -> str:
    """A selection's name as that of its files: letters, digits, dots, dashes and underscores, 80 at most."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.").lower()[:80] or "selection"


def make_bundle(
    store: Store,
    name: str,
    record: SelectionRecord,
    members: pd.DataFrame,
    options: ExportOptions,
    folder: Path,
    progress: Progress,
) -> Bundle:
    """Write the rows of a selection and all that goes with them into a folder.

    Args:
        name: of the selection and its files.
        members: dataset_id and row_id, best first.

    Raises:
        SelectionError: the text of a row is not in the store any more.
        StorageFull, StudioError: the place can't be written.
        Cancelled: `progress` said so.
    """
    hub = folder / HUB_FOLDER if options.hub else None
    file = hub / DATA_FILE if hub else folder / f"{name}{options.suffix}"
    made = export_file(store, name, record, members, options, file, (hub or folder) / "manifest.json", progress)
    trainers = trainer_files(name, file.relative_to(folder).as_posix(), made.written, options)
    texts = {folder / each.name: each.content for each in trainers}
    if hub:
        texts[hub / "README.md"] = dataset_card(read_manifest(made.manifest), record)
    for path, text in texts.items():
        write_text(path, text)
    progress.update(made.written.rows, made.written.rows, "Writing the zip")
    archive = write_archive(folder / f"{name}.zip", [file, made.manifest, *texts])
    return Bundle(made, hub, tuple(trainers), archive)
