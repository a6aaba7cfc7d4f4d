"""A selection as a file with its manifest, from which the same file can be made again."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.export import ExportOptions, Written
from core.export.manifest import make_manifest
from core.export.members import export_members, marks_along
from core.export.place import refuse_taken
from core.files import write_text
from core.progress import Progress
from core.selection.doubts import doubts
from core.selection.record import SelectionRecord
from core.store import Store
from core.store.score_matrix import PREDICTED


@dataclass(frozen=True)
class ExportedFile:
    """What was written, and the manifest that rebuilds it."""

    written: Written
    manifest: Path


def score_columns(store: Store, record: SelectionRecord) -> tuple[str, ...]:
    """The scores that can go along with a selection, of the matrix as it stands."""
    predicted = [PREDICTED] if record.prediction is not None else []
    return (*(name for name in store.matrix.columns() if name in record.means), *predicted)


def export_file(
    store: Store,
    name: str,
    record: SelectionRecord,
    members: pd.DataFrame,
    options: ExportOptions,
    file: Path,
    manifest: Path,
    progress: Progress,
    title: str = "",
) -> ExportedFile:
    """Write the rows of a selection and its manifest, over an earlier export of the same names.

    Args:
        name: for the manifest, of its files.
        members: dataset_id and row_id, best first.
        title: the selection's name.

    Raises:
        InputError: there are other files of these names.
        SelectionError: the text of a row is not in the store any more.
        StorageFull, StoreError: the place can't be written; what could not be written whole is not there.
        Cancelled: `progress` said so.
    """
    refuse_taken(file, manifest)
    by_hand, spec = marks_along(store, members, options), record.spec
    written = export_members(store, members, record.dataset_names, file, options, spec.rule, progress, by_hand)
    warnings = [str(each) for each in doubts(record)]
    content = make_manifest(name, record.profile, record.sources, spec, options, written, title, warnings, by_hand)
    write_text(manifest, content.as_json())
    return ExportedFile(written, manifest)
