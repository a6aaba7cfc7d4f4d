"""`start-over`: the data folder as on its first day."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.workspace.deletion import kept_by_starting_over, removed_by_starting_over
from jobs.commands.command import UNTOUCHED, YES, Command, Told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="really do it; without, what would go is told")


def _run(studio: "Studio", asked: Namespace) -> Told:
    removed, kept = (
        removed_by_starting_over(studio.store),
        kept_by_starting_over(studio.paths.exports, studio.paths.jobs),
    )
    if asked.yes:
        studio.start_over()
        return Told({"started_over": True, "removed": removed}, f"Removed: {removed}. The demo data are back.")
    told = f"Would be removed: {removed}. This can't be undone.\nKept: {kept}\n{YES}"
    return Told({"started_over": False, "would_be_removed": removed}, told)


COMMAND = Command("start-over", "Leave the data folder as on its first day.", _ask, _run, UNTOUCHED, 26)
