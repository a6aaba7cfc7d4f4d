"""`export`: a saved selection as a file, as a folder for trainers or the hub, or onto the hub."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.export import ExportOptions, Layout
from core.export.endings import layout_and_ending
from core.humanize import counted
from core.selection.record import SelectionRecord
from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import ExportResult, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="name or number of the selection (see `list selections`)")
    parser.add_argument(
        "--format", choices=list(map(str, Layout)), default="",
        help="(default: what the ending of --out says, else alpaca)",
    )  # fmt: skip
    parser.add_argument(
        "--out", default="", metavar="PATH",
        help="output file (.jsonl, .json, .csv, each also with .gz or .zst, or .parquet), or output folder (existing, "
             "or ending in /) with trainer configurations and a zip (default: a folder in the data folder's exports/)",
    )  # fmt: skip
    parser.add_argument("--scores", action="store_true", help="include scores")
    parser.add_argument(
        "--extra", action="store_true", help="include the other columns of the source, as JSON text in the column other"
    )
    parser.add_argument("--marks", action="store_true", help="include mark, note and tags, as they are now")
    parser.add_argument("--dataset", action="store_true", help="include the dataset name")
    parser.add_argument(
        "--escape-formulas", action="store_true",
        help="put an apostrophe before text of a CSV that a spreadsheet would run as a formula (not for training)",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="list what this layout cannot hold; write nothing")
    parser.add_argument("--hub", action="store_true", help="write a dataset folder with a dataset card")
    parser.add_argument(
        "--push", default="", metavar="OWNER/NAME", help="push the dataset folder to the Hugging Face hub"
    )
    parser.add_argument("--yes", action="store_true", help="push; without it the folder is written only")
    parser.add_argument("--public", action="store_true", help="make the dataset public (default: private)")
    parser.add_argument("--replace", action="store_true", help="replace the files of an existing dataset")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.check:
        return _check(studio, asked)
    made = studio.exports.export(
        asked.selection, asked.out, asked.format, asked.scores, asked.extra, asked.dataset,
        neutralise_formulas=asked.escape_formulas, hub=asked.hub or bool(asked.push), marks=asked.marks,
    )  # fmt: skip
    if not asked.push:
        return CommandOutput(made.as_dict(), _text(made))
    if not asked.yes:
        raise StudioError(
            f"Not pushed: {counted(made.rows, 'row')} with dataset card and manifest would be uploaded.",
            where=asked.push,
            mend=f"Check {made.hub_folder}, state the licence in its README.md, and add --yes.",
        )
    address = studio.exports.push(made, asked.push, private=not asked.public, add_to=asked.replace)
    return CommandOutput(made.as_dict() | {"pushed_to": address}, f"{_text(made)}\nPushed to {address}.")


def _check(studio: "Studio", asked: Namespace) -> CommandOutput:
    layout = asked.format or (layout_and_ending(Path(asked.out))[0] if Path(asked.out).suffix else str(Layout.ALPACA))
    options = ExportOptions(Layout(layout), neutralise_formulas=asked.escape_formulas)
    record = SelectionRecord.from_saved(studio.selections.get(asked.selection))
    remarks = studio.exports.check(record, studio.selections.members(asked.selection), options)
    warnings = [str(each) for each in studio.selections.doubts(asked.selection)]
    told = [*(f"Warning: {each}" for each in warnings), *(remarks or ["This layout holds everything."])]
    return CommandOutput({"layout": layout, "warnings": warnings, "remarks": list(remarks)}, "\n".join(told))


def _text(made: "ExportResult") -> str:
    lines = [f"{made.path}: {counted(made.rows, 'row')}, {made.size_bytes:,} bytes."]
    lines.append(f"Rebuild the same file: python -m core.rebuild {made.manifest}")
    lines += [f"For trainers: {each}" for each in made.trainers]
    lines += [f"Zip: {made.archive}"] if made.archive else []
    return "\n".join([*lines, *made.remarks])


COMMAND = Command(
    "export", "Export a saved selection.", _ask, _run, "Nothing was written. Run the same command again.", 12
)
