"""All files of an export: the data, its manifest, what trainers ask for, and the card of a dataset folder."""

import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from core.errors import StoreError
from core.export import dataset_info
from core.export.archive import write_archive
from core.export.card import DATA_FILE, dataset_card
from core.export.export_file import ExportedFile
from core.export.layouts import ExportOptions
from core.export.manifest import Manifest, make_manifest
from core.export.members import export_members, marks_along
from core.export.place import Earlier, ExportPlace, own_place, place_in, text_fingerprint
from core.export.remarks import remarks_on, remarks_on_place
from core.export.trainers import AXOLOTL_FILE, TRL_FILES, TrainerFile, trainer_files
from core.files import not_written, whole_file, write_text
from core.progress import Progress
from core.selection.doubts import doubts
from core.selection.record import SelectionRecord
from core.selection.spec import SelectionSpec
from core.store import Store
from core.values import Door, read


@dataclass(frozen=True)
class Bundle:
    """What an export made.

    Attributes:
        hub_folder: what `datasets.load_dataset` reads and the hub takes; None where it was not asked for.
        trainers: the files for trainers; they stand in the folder of the archive.
        archive: everything in one zip.
        remarks: what the user should know of the files, a sentence each.
    """

    file: ExportedFile
    hub_folder: Path | None
    trainers: tuple[TrainerFile, ...]
    archive: Path
    remarks: tuple[str, ...]


def make_bundle(
    store: Store,
    name: str,
    record: SelectionRecord,
    members: pd.DataFrame,
    options: ExportOptions,
    folder: Path,
    progress: Progress,
    *,
    title: str = "",
    own_folder: bool = False,
) -> Bundle:
    """Write the rows of a selection and all that goes with them into a folder.

    No file is written over that is not an earlier export of the same selection, as that export left it; another file of
    a name that is needed stays, and a number or the selection's name tells ours apart. What an earlier export of the
    selection wrote and this one does not write is removed.

    Args:
        name: of the selection's files.
        members: dataset_id and row_id, best first.
        title: the selection's name; "" for that of its files.
        own_folder: whether `folder` is the studio's, in which the export gets a folder of its own.

    Raises:
        SelectionError: the text of a row is not in the store any more.
        StorageFull, StudioError: the place can't be written.
        Cancelled: `progress` said so; earlier files are as they were.
    """
    title = title or name

    spec = read(SelectionSpec, record.spec.as_dict(), door=Door.FILE)  # as a manifest has it

    def same(manifest: Manifest) -> bool:
        return manifest.title in ("", title) and manifest.spec == spec

    place = (own_place if own_folder else place_in)(folder, name, same, lambda each: _wanted(each, options))
    earlier = place.earlier(same)
    with _staged(place) as staging:
        data, manifest_file = _data_file(place, options), place.manifest(options.hub)
        by_hand = marks_along(store, members, options)
        written = export_members(
            store, members, record.dataset_names, staging / data, options, record.spec.rule, progress, by_hand
        )
        written = replace(written, path=place.folder / data)
        trainers = trainer_files(place.stem, data, written, options, place.prefix, _info_file(place))
        warnings = tuple(str(each) for each in doubts(record))
        manifest = make_manifest(
            place.stem, record.profile, record.sources, record.spec, options, written, title, warnings, by_hand
        )
        texts = {each.name: each.content for each in trainers}
        if options.hub:
            texts[f"{place.hub}/README.md"] = dataset_card(manifest, record)
        prints = {data: written.sha256, **{file: text_fingerprint(text) for file, text in texts.items()}}
        texts[manifest_file] = replace(manifest, files=prints).as_json()
        for file, text in texts.items():
            write_text(staging / file, text)
        progress.update(written.rows, written.rows, "Writing the zip")
        write_archive(staging / place.archive, [staging / data, *(staging / file for file in texts)])
        _remove_what_is_left(place, earlier, {data, place.archive, *texts})
        _put_entry(place, next((each for each in trainers if each.name == dataset_info.NAME), None))
        beside = [file for file in texts if file not in (manifest_file, dataset_info.NAME)]
        for file in (data, *beside, place.archive, manifest_file):
            _move(staging / file, place.folder / file)
    return Bundle(
        ExportedFile(written, place.folder / manifest_file),
        place.folder / place.hub if options.hub else None,
        tuple(trainers),
        place.folder / place.archive,
        (*warnings, *remarks_on_place(place, name), *remarks_on(written, options)),
    )


def _data_file(place: ExportPlace, options: ExportOptions) -> str:
    return f"{place.hub}/{DATA_FILE}" if options.hub else f"{place.stem}{options.suffix}"


def _info_file(place: ExportPlace) -> str:
    """LLaMA-Factory's file, or one of our own where that can't be added to."""
    added_to = dataset_info.entries_of(place.folder) is not None
    return dataset_info.NAME if added_to else f"{place.stem}.{dataset_info.NAME}"


def _wanted(place: ExportPlace, options: ExportOptions) -> list[str]:
    """The files that an export may write, but for LLaMA-Factory's, which is shared."""
    files = [_data_file(place, options), place.manifest(options.hub), place.archive]
    files += [f"{place.prefix}{each}" for each in (AXOLOTL_FILE, *TRL_FILES)]
    files += [f"{place.hub}/README.md"] if options.hub else []
    return files if (info := _info_file(place)) == dataset_info.NAME else [*files, info]


@contextmanager
def _staged(place: ExportPlace) -> Iterator[Path]:
    """An empty folder beside the files, gone afterwards; what is refused there is said of the folder itself."""
    staging = place.staging
    shutil.rmtree(staging, ignore_errors=True)
    try:
        yield staging
    except StoreError as error:
        where = error.where.replace(str(staging), str(place.folder))
        raise type(error)(error.what, where=where, mend=error.mend) from error
    except OSError as error:
        raise not_written(error, "the export", place.folder, mend="Choose another folder.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as partial:
        source.replace(partial)


def _remove_what_is_left(place: ExportPlace, earlier: Earlier, written: Collection[str]) -> None:
    """Remove files of earlier exports that this one does not write, unless they were changed since."""
    for name in earlier.files.keys() - {*written, dataset_info.NAME}:
        path = place.folder / name
        if earlier.left(name):
            path.unlink()
            with suppress(OSError):  # a folder that is empty now
                for folder in list(path.relative_to(place.folder).parents)[:-1]:
                    (place.folder / folder).rmdir()


def _put_entry(place: ExportPlace, info: TrainerFile | None) -> None:
    """Set the entry in LLaMA-Factory's file, beside those of others; without one, an earlier one goes."""
    entries = dataset_info.entries_of(place.folder)
    if entries is None or (info is None and place.stem not in entries):
        return
    entries.pop(place.stem, None) if info is None else entries.update(json.loads(info.content))
    path = place.folder / dataset_info.NAME
    if entries:
        write_text(path, dataset_info.as_text(entries))
    else:
        path.unlink()
