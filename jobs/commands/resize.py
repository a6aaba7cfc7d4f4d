"""`resize`: a saved selection again with another number of rows, such as a size search has found."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.humanize import counted
from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="name or number of the selection (see `list selections`)")
    parser.add_argument("rows", type=int, help="number of rows to keep")
    parser.add_argument("--save", default="", metavar="NAME", help="name (default: NAME, N rows)")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    saved = studio.selections.get(asked.selection)
    outcome = studio.sizes.select(saved.selection_id, asked.rows)
    kept, name = len(outcome.selection.kept), asked.save or f"{saved.name}, {counted(asked.rows, 'row')}"
    number = studio.selections.save(name, outcome)
    return CommandOutput(
        {"selection": name, "number": number, "kept": kept}, f"{kept:,} rows are kept. Saved as “{name}”."
    )


COMMAND = Command(
    "resize", "Save a selection again with another number of rows, as ranked by a size search.", _ask, _run,
    "Nothing was saved. Run the same command again.", 14,
)  # fmt: skip
