"""Saved selections as files, as folders for trainers and the hub, and onto the hub."""

import os
from dataclasses import replace
from pathlib import Path

from core.errors import InputError, SelectionError
from core.export import ExportOptions, Layout
from core.export.bundle import file_name_for, make_bundle
from core.export.export_file import ExportedFile, export_file, score_columns
from core.export.push import push_folder
from core.selection.record import SelectionRecord
from core.values import read
from core.workspace.guided_path import EXPORTED
from jobs.api.results import FileMade
from jobs.api.workspace import Workspace


class Exporting(Workspace):
    """Saved selections are written to files."""

    def export(
        self,
        selection: str | int,
        out: str | Path = "",
        layout: str = Layout.ALPACA,
        scores: bool = False,
        extra: bool = False,
        dataset: bool = False,
        neutralise_formulas: bool = True,
        hub: bool = False,
    ) -> FileMade:
        """Write a saved selection, with a manifest that makes the same file again.

        Args:
            out: a file, which stands alone with its manifest; or a folder (one that is there, or a path that ends in a
                slash), which gets the files for trainers and all as one zip as well; "" for one in `exports/`.
            layout: alpaca, messages, sharegpt, prompt_completion, csv or parquet.
            scores, extra, dataset: whether scores, the source's other columns and the dataset's name go along.
            neutralise_formulas: whether a CSV's text that a spreadsheet would run as a formula gets an apostrophe.
            hub: make a dataset folder with its card, which `datasets.load_dataset` reads; `out` is a folder then.

        Raises:
            StoreError: there is no such selection.
            SelectionError: rows were deleted since, or the scores in view are of another profile.
            ValueRefused: there is no such layout, or it can't stand in a dataset folder.
            StorageFull, StudioError: the file can't be written; nothing is left of it.
        """
        saved = self._selection(selection)
        record = SelectionRecord.from_saved(saved)
        if scores and record.profile != self.profile.name:
            raise SelectionError(
                f"This selection used scores of profile '{record.profile}'.",
                where=saved.name,
                mend="Open the studio with that profile, or export without scores.",
            )
        asked = {"layout": layout, "extra": extra, "dataset": dataset, "hub": hub}
        options = read(ExportOptions, asked | {"neutralise_formulas": neutralise_formulas}, "export")
        self.refresh()
        options = replace(options, scores=score_columns(self.store, record) if scores else ())
        name, members = file_name_for(saved.name), self.store.selections.members(saved.selection_id)
        if out and not hub and not _is_folder(out):
            file = Path(out)
            manifest = file.with_name(f"{file.name}.manifest.json")
            made = _made(export_file(self.store, name, record, members, options, file, manifest, self._progress))
        else:
            folder = Path(out) if out else self.paths.exports / name
            bundle = make_bundle(self.store, name, record, members, options, folder, self._progress)
            trainers = tuple(folder / each.name for each in bundle.trainers)
            made = _made(bundle.file, bundle.hub_folder, trainers, bundle.archive)
        self.store.settings.set(EXPORTED, made.rows)
        return made

    def push(self, made: FileMade, dataset: str, token: str = "", private: bool = True, add_to: bool = False) -> str:
        """Send a dataset folder to the Hugging Face hub; returns its address there.

        Args:
            made: by `export` with hub=True.
            dataset: `owner/name`.
            token: with the right to write; "" for that of `HF_TOKEN` or `hf auth login`. It is not kept.
            add_to: whether files may go into a dataset that is there already, over those of the same names.

        Raises:
            InputError: no dataset folder was made, or the name is none or taken.
            StudioError: the hub can't be reached, or does not take the files.
        """
        if made.hub_folder is None:
            raise InputError(
                "This export is not a dataset folder.", where=str(made.path), mend="Export it with hub=True."
            )
        return push_folder(made.hub_folder, dataset, token, self._progress, private=private, add_to=add_to)


def _is_folder(out: str | Path) -> bool:
    return str(out).endswith(("/", os.sep)) or Path(out).is_dir()


def _made(
    file: ExportedFile, hub_folder: Path | None = None, trainers: tuple[Path, ...] = (), archive: Path | None = None
) -> FileMade:
    written = file.written
    return FileMade(
        written.path, file.manifest, written.rows, written.size_bytes, written.sha256, written.flattened, hub_folder,
        trainers, archive,
    )  # fmt: skip
