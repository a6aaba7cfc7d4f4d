"""What the user should know of an export, in sentences: what was left out, where, and what to do about it."""

from collections.abc import Iterator

from core.export import dataset_info
from core.export.layouts import ExportOptions, Layout
from core.export.losses import REJECTED, Counts
from core.export.place import ExportPlace
from core.export.write import Written
from core.humanize import counted

_FLATTENED = {
    Layout.ALPACA: "Alpaca's columns (system, history) cannot hold {rows} turn by turn: earlier turns are text in the "
    "instruction, later ones are left out.",
    Layout.PROMPT_COMPLETION: "{rows} have turns after the last response, which are left out.",
}
_KEPT_BY = "The messages layout keeps all turns."


def remarks_on(written: Written, options: ExportOptions) -> tuple[str, ...]:
    """A sentence for everything that did not go along as it was."""
    said = list(remarks_on_rows(written.counts, options))
    if options.layout is Layout.ALPACA and written.counts.conversations:
        said.append(
            "No file for axolotl was written: its alpaca form reads no system prompt and no earlier turns, so "
            f"{counted(written.counts.conversations, 'row')} would lose them. Use the messages layout for axolotl."
        )
    if options.layout is Layout.MESSAGES and written.counts.with_tools:
        said.append(
            "No entry for LLaMA-Factory was written: it reads tools and their calls from the ShareGPT layout only."
        )
    if written.as_text:
        said.append(
            f"{', '.join(written.as_text)} are JSON text in every row: they differ in type from row to row, and a file "
            "whose types differ cannot be read as a table."
        )
    if written.moved:
        said.append(
            f"{counted(written.moved, 'row')} moved to the beginning of the file, so that readers that take columns "
            "and types from the beginning read all of it."
        )
    return tuple(said)


def remarks_on_rows(counts: Counts, options: ExportOptions) -> Iterator[str]:
    """A sentence for everything that the layout can't hold, or that a trainer does not take."""
    if counts.flattened and options.layout in _FLATTENED:
        rows = counted(counts.flattened, "conversation")
        yield f"{_FLATTENED[options.layout].format(rows=rows)} {_KEPT_BY}"
    yield from counts.told_of_answers
    lost = {part: rows for part, rows in counts.lost.items() if part != REJECTED}
    if lost:
        parts = ", ".join(f"{part} ({counted(rows, 'row')})" for part, rows in sorted(lost.items()))
        yield f"This layout has no place for: {parts}. The messages layout keeps them."
    if rejected := counts.lost[REJECTED]:
        yield (
            f"{counted(rejected, 'row')} of {counts.rows:,} lose their rejected answer: this layout has it only where "
            "every row has one. The messages layout keeps it."
        )
    if counts.undesirable:
        yield (
            f"{counted(counts.undesirable, 'row')} of {counts.rows:,} are labelled as undesirable (label false): train "
            "with KTO. Supervised training would learn them."
        )
    if 0 < counts.labelled < counts.rows:
        yield (
            f"{counted(counts.rows - counts.labelled, 'row')} of {counts.rows:,} have no label, so no file for KTO was "
            "written. Filter them out for KTO."
        )
    if counts.left_out:
        parts = ", ".join(f"{reason} ({rows:,})" for reason, rows in sorted(counts.left_out.items()))
        yield (
            f"LLaMA-Factory leaves out {counted(sum(counts.left_out.values()), 'conversation')} of this file: {parts}."
            " They stay in the file. For LLaMA-Factory, filter them out or export them as Alpaca."
        )
    if counts.escaped:
        yield (
            f"{counted(counts.escaped, 'cell')} got an apostrophe against spreadsheet formulas. Do not train on this "
            "file."
        )


def remarks_on_place(place: ExportPlace, name: str) -> tuple[str, ...]:
    """A sentence where files of others have to do with how these are named."""
    said = []
    if place.stem != name:
        said.append(f"Files named {name} are there already and were kept; these are named {place.stem}.")
    if place.shared:
        said.append("The folder has other files, which were kept; the files of this export begin with its name.")
    if dataset_info.entries_of(place.folder) is None:
        said.append(
            f"{dataset_info.NAME} is not a list of datasets and was kept; the entry is in "
            f"{place.stem}.{dataset_info.NAME}."
        )
    elif len(dataset_info.entries_of(place.folder) or {}) > 1:
        said.append(f"The other entries of {dataset_info.NAME} were kept.")
    return tuple(said)
