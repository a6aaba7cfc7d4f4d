"""`rename`: a dataset, an experiment or the like gets another name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio

RENAMED: "dict[str, Callable[[Studio], Callable[[str, str], str]]]" = {
    "dataset": lambda studio: studio.datasets.rename,
    "experiment": lambda studio: studio.experiments.rename,
    "selection": lambda studio: studio.selections.rename,
    "view": lambda studio: studio.views.rename,
    "comparison": lambda studio: studio.comparisons.rename,
}


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(RENAMED))
    parser.add_argument("which", help="number or name (see `list`)")
    parser.add_argument("name", help="new name")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    got = RENAMED[asked.kind](studio)(asked.which, asked.name)
    return CommandOutput({"kind": asked.kind, "name": got}, f"Renamed the {asked.kind} to “{got}”.")


COMMAND = Command("rename", "Rename a dataset, an experiment or another item.", _ask, _run, UNTOUCHED, 23)
