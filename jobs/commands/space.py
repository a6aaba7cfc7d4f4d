"""`space`: what lies where in the data folder, and what of it can be deleted."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.errors import InputError
from core.humanize import file_size
from jobs.commands.command import UNTOUCHED, YES, Command, CommandOutput, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--free", metavar="PLACE", help="delete what can be deleted of a place")
    parser.add_argument("--yes", action="store_true", help="with --free: do it")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from jobs.api.results import plain

    found = studio.storage.table()
    if not asked.free:
        return CommandOutput(plain(found), table(found))
    if asked.yes:
        freed = studio.storage.free(asked.free)
        return CommandOutput({"place": asked.free, "freed_bytes": freed}, f"{file_size(freed)} are free again.")
    lines = found[found["place"] == asked.free].to_dict("records")
    if not lines or not lines[0]["can_be_freed"]:
        possible = ", ".join(found[found["can_be_freed"] > 0]["place"])
        raise InputError("Nothing of this can be deleted.", where=asked.free, mend=f"Choose from {possible or 'none'}.")
    told = f"{lines[0]['can_be_freed']:,.1f} MB would be deleted. {lines[0]['fate']} {YES}"
    return CommandOutput({"place": asked.free, "freed_bytes": 0}, told)


COMMAND = Command("space", "Show what takes space, and free what can be deleted.", _ask, _run, UNTOUCHED, 30)
