"""`backup`: a copy of the database is made, read through or deleted, or all are listed."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.humanize import file_size
from jobs.commands.command import UNTOUCHED, YES, Command, CommandOutput, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the backups")
    what.add_argument("--verify", metavar="NAME", help="read a backup through (`newest` for the newest)")
    what.add_argument("--delete", metavar="NAME", help="delete a backup")
    parser.add_argument("--yes", action="store_true", help="with --delete: do it")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from jobs.api.results import plain

    if asked.list:
        return CommandOutput(plain(studio.backups.table()), table(studio.backups.table()))
    if asked.verify:
        fault = studio.backups.verify(asked.verify)
        return CommandOutput({"backup": asked.verify, "fault": fault}, fault or "This backup is whole.")
    if asked.delete:
        found = next((each.name for each in studio.backups.all()), "") if asked.delete == "newest" else asked.delete
        if asked.yes:
            studio.backups.delete(found)
        told = f"The backup {found} is deleted." if asked.yes else f"The backup {found} would be deleted. {YES}"
        return CommandOutput({"backup": found, "deleted": asked.yes}, told)
    made = studio.backups.make()
    return CommandOutput(
        {"backup": made.name, "bytes": made.bytes}, f"Backup {made.name} is made ({file_size(made.bytes)})."
    )


COMMAND = Command("backup", "Make a backup of the database, or list, verify or delete them.", _ask, _run, UNTOUCHED, 27)
