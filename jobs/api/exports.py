"""Selections as files, as folders for trainers and the hub, and onto the hub."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import InputError, SelectionError
from core.export import ExportOptions, Layout
from core.selection.record import SelectionRecord
from core.values import read
from core.workspace.guided_path import EXPORTED
from jobs.api.lookup import Which, selection_of
from jobs.api.results import ExportResult
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.export.bundle import Bundle
    from core.export.export_file import ExportedFile
    from core.export.layouts import ExportRow
    from core.progress import Progress


class ExportSection(Section):
    """Selections are written to files, with a manifest that makes the same files again."""

    name = "exports"

    def export(
        self,
        selection: Which,
        out: str | Path = "",
        layout: str = "",
        scores: bool = False,
        extra: bool = False,
        dataset: bool = False,
        neutralise_formulas: bool = False,
        hub: bool = False,
        marks: bool = False,
        progress: "Progress | None" = None,
    ) -> ExportResult:
        """Write a saved selection, with a manifest that makes the same file again.

        Files that are not an earlier export of the selection are never written over.

        Args:
            out: a file, which stands alone with its manifest and is what its ending says: .jsonl, .json, .csv (each
                also with .gz or .zst), .parquet; or a folder (one that is there, or a path that ends in a slash), which
                gets the files for trainers and all as one zip as well; "" for one in `exports/`.
            layout: alpaca, messages, sharegpt, prompt_completion, csv or parquet; "" for that of the file's ending, or
                alpaca.
            scores, extra, dataset: whether scores, the source's other columns (as JSON text in `other`) and the
                dataset's name go along.
            neutralise_formulas: whether a CSV's text that a spreadsheet would run as a formula gets an apostrophe. Not
                for data that are trained on.
            marks: whether mark, note and tags of now go along.
            hub: make a dataset folder with its card, which `datasets.load_dataset` reads; `out` is a folder then.

        Raises:
            StoreError: there is no such selection.
            SelectionError: rows were deleted since, or the scores in view are of another profile.
            ValueRefused: there is no such layout, or it can't stand in a dataset folder.
            InputError: the file's ending says nothing or another layout, or there is another file of that name.
            StorageFull, StudioError: the file can't be written; nothing is left of it.
        """
        from core.export.endings import layout_and_ending
        from core.export.file_names import file_name_for

        saved = selection_of(self._store.selections, selection)
        record = SelectionRecord.from_saved(saved)
        if scores and record.profile != self._session.profile.name:
            raise SelectionError(
                f"This selection used scores of profile '{record.profile}'.",
                where=saved.name,
                mend="Open the studio with that profile, or export without scores.",
            )
        alone = Path(out) if out and not hub and not _is_folder(out) else None
        layout, ending = layout_and_ending(alone, layout) if alone else (layout or Layout.ALPACA, "")
        asked = {"layout": layout, "ending": ending, "extra": extra, "dataset": dataset, "hub": hub}
        asked |= {"neutralise_formulas": neutralise_formulas, "marks": marks}
        options = read(ExportOptions, asked, "export")
        self._session.refresh()
        options = replace(options, scores=self.score_columns(record) if scores else ())
        name, members = file_name_for(saved.name), self._store.selections.members(saved.selection_id)
        if alone:
            return self._file(saved.name, record, members, options, alone, progress)
        folder = Path(out) if out else None
        bundle = self.bundle(name, record, members, options, folder, progress, saved.name)
        trainers = tuple(bundle.archive.parent / each.name for each in bundle.trainers)
        return _made(bundle.file, bundle.remarks, bundle.hub_folder, trainers, bundle.archive)

    def bundle(
        self,
        name: str,
        record: SelectionRecord,
        members: pd.DataFrame,
        options: ExportOptions,
        folder: Path | None = None,
        progress: "Progress | None" = None,
        title: str = "",
    ) -> "Bundle":
        """Write a selection, saved or not, into a folder, with files for trainers and all as one zip.

        Files that are not an earlier export of the selection are never written over.

        Args:
            name: of the files.
            record: how it was made.
            members: its rows in order: dataset_id, row_id.
            folder: None for one of its own in `exports/`.
            title: the selection's name; "" for that of its files.

        Raises:
            SelectionError: rows were deleted since.
            StorageFull, StudioError: it can't be written; nothing is left of it.
        """
        from core.export.bundle import make_bundle

        made = make_bundle(
            self._store, name, record, members, options, folder or self._session.paths.exports,
            progress or self._session.progress, title=title, own_folder=folder is None,
        )  # fmt: skip
        self._store.settings.set(EXPORTED, made.file.written.rows)
        return made

    def score_columns(self, record: SelectionRecord) -> tuple[str, ...]:
        """The scores in view that can go along with a selection."""
        from core.export.export_file import score_columns

        return score_columns(self._store, record)

    def first_row(self, record: SelectionRecord, members: pd.DataFrame) -> "ExportRow":
        """The first row of a selection as its file would hold it.

        Raises:
            SelectionError: it was deleted since.
        """
        from core.export.members import ExportRows

        first = members.head(1)
        by_hand = self._store.marks.stored(first["row_id"].tolist())
        return next(iter(ExportRows(self._store.rows, first, record.dataset_names, by_hand=by_hand)))

    def check(
        self, record: SelectionRecord, members: pd.DataFrame, options: ExportOptions, limit: int | None = None
    ) -> tuple[str, ...]:
        """What of a selection would not go along as it is, a sentence each; nothing is written.

        Args:
            limit: to the first rows; None for all.

        Raises:
            SelectionError: rows were deleted since.
        """
        from core.export.members import ExportRows
        from core.export.remarks import remarks_on_rows
        from core.export.write import count_losses

        rows = ExportRows(self._store.rows, members.head(limit or len(members)), record.dataset_names)
        return tuple(remarks_on_rows(count_losses(options, rows), options))

    def push(
        self,
        made: ExportResult | Path,
        dataset: str,
        token: str = "",
        private: bool = True,
        add_to: bool = False,
        progress: "Progress | None" = None,
    ) -> str:
        """Send a dataset folder to the Hugging Face hub; returns its address there.

        Args:
            made: by `export` with hub=True; or the dataset folder itself.
            dataset: `owner/name`.
            token: with the right to write; "" for that of `HF_TOKEN` or `hf auth login`. It is not kept.
            add_to: whether files may go into a dataset that is there already, over those of the same names.

        Raises:
            InputError: no dataset folder was made, or the name is none or taken.
            StudioError: the hub can't be reached, or does not take the files.
        """
        from core.export.push import push_folder

        folder = made if isinstance(made, Path) else made.hub_folder
        token = token.strip() or self._session.environment.hub_token
        if folder is None:
            where = str(made.path) if isinstance(made, ExportResult) else ""
            raise InputError("This export is not a dataset folder.", where=where, mend="Export it with hub=True.")
        return push_folder(folder, dataset, token, progress or self._session.progress, private=private, add_to=add_to)

    def has_environment_token(self) -> bool:
        """Whether the environment holds a token of the hub."""
        return bool(self._session.environment.hub_token)

    def _file(
        self,
        title: str,
        record: SelectionRecord,
        members: pd.DataFrame,
        options: ExportOptions,
        file: Path,
        progress: "Progress | None",
    ) -> ExportResult:
        """One file alone, with its manifest."""
        from core.export.export_file import export_file
        from core.export.file_names import file_name_for
        from core.export.remarks import remarks_on
        from core.selection.doubts import doubts

        manifest, told = file.with_name(f"{file.name}.manifest.json"), progress or self._session.progress
        name = file_name_for(title)
        made = export_file(self._store, name, record, members, options, file, manifest, told, title)
        self._store.settings.set(EXPORTED, made.written.rows)
        return _made(made, (*(str(each) for each in doubts(record)), *remarks_on(made.written, options)))


def _is_folder(out: str | Path) -> bool:
    return str(out).endswith(("/", os.sep)) or Path(out).is_dir()


def _made(
    file: "ExportedFile",
    remarks: tuple[str, ...],
    hub_folder: Path | None = None,
    trainers: tuple[Path, ...] = (),
    archive: Path | None = None,
) -> ExportResult:
    written = file.written
    return ExportResult(
        written.path, file.manifest, written.rows, written.size_bytes, written.sha256, written.flattened, hub_folder,
        trainers, archive, remarks,
    )  # fmt: skip
