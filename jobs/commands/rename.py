"""`rename`: a dataset, an experiment or the like gets another name."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, Told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    from jobs.api.keeping import RENAMED

    parser.add_argument("kind", choices=RENAMED)
    parser.add_argument("which", help="number or name (see `list`)")
    parser.add_argument("name", help="new name")


def _run(studio: "Studio", asked: Namespace) -> Told:
    got = studio.rename(asked.kind, asked.which, asked.name)
    return Told({"kind": asked.kind, "name": got}, f"Renamed the {asked.kind} to “{got}”.")


COMMAND = Command("rename", "Rename a dataset, an experiment or another item.", _ask, _run, UNTOUCHED, 23)
