"""`start-over`: the data folder as on its first day."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, YES, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="start over; without it only shows what would be deleted")
    parser.add_argument("--without-backup", action="store_true", help="do not make a backup before")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    removed, kept = studio.workspace.removed_by_starting_over(), studio.workspace.kept_by_starting_over()
    if asked.yes:
        studio.workspace.start_over(backup=not asked.without_backup)
        back = "" if asked.without_backup else " `python -m jobs restore newest` undoes it."
        return CommandOutput(
            {"started_over": True, "removed": removed}, f"Deleted: {removed}. The demo data are loaded again.{back}"
        )
    undone = "This cannot be undone." if asked.without_backup else "A backup is made before."
    told = f"Would be deleted: {removed}. {undone}\nWould be kept: {kept}\n{YES}"
    return CommandOutput({"started_over": False, "would_be_removed": removed}, told)


COMMAND = Command("start-over", "Reset the data folder to the demo data.", _ask, _run, UNTOUCHED, 26)
