"""`delete`: a dataset, an experiment or the like goes."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.workspace.deletion import FATE
from jobs.commands.command import UNTOUCHED, YES, Command, Told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    from jobs.api.keeping import DELETED

    parser.add_argument("kind", choices=DELETED)
    parser.add_argument("which", help="number or name (see `list`)")
    parser.add_argument("--yes", action="store_true", help="delete; without it only shows what would be deleted")


def _run(studio: "Studio", asked: Namespace) -> Told:
    name = studio.name_of(asked.kind, asked.which)
    if asked.yes:
        studio.delete(asked.kind, asked.which)
    what = f"The {asked.kind.replace('-', ' ')} “{name}”"
    told = f"{what} is deleted." if asked.yes else f"{what} would be deleted. {FATE[asked.kind]} {YES}"
    return Told({"kind": asked.kind, "name": name, "deleted": asked.yes}, told)


COMMAND = Command("delete", "Delete a dataset, an experiment or another item.", _ask, _run, UNTOUCHED, 25)
