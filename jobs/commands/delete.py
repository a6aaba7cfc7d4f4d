"""`delete`: a dataset, an experiment or the like goes."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.workspace.deletion import FATE
from jobs.commands.command import UNTOUCHED, YES, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio
    from jobs.api.lookup import Named

DELETED: "dict[str, Callable[[Studio], tuple[Callable[[str], Named], Callable[[str], None]]]]" = {
    "dataset": lambda studio: (studio.datasets.get, studio.datasets.delete),
    "evaluation-set": lambda studio: (studio.evaluation_sets.get, studio.evaluation_sets.delete),
    "experiment": lambda studio: (studio.experiments.get, studio.experiments.delete),
    "rule": lambda studio: (studio.rules.get, studio.rules.delete),
    "selection": lambda studio: (studio.selections.get, studio.selections.delete),
    "curation": lambda studio: (studio.curations.get, studio.curations.delete),
    "view": lambda studio: (studio.views.get, studio.views.delete),
    "comparison": lambda studio: (studio.comparisons.get, studio.comparisons.delete),
}


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(DELETED))
    parser.add_argument("which", help="number or name (see `list`)")
    parser.add_argument("--yes", action="store_true", help="delete; without it only shows what would be deleted")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    get, delete = DELETED[asked.kind](studio)
    name = get(asked.which).name
    if asked.yes:
        delete(asked.which)
    what = f"The {asked.kind.replace('-', ' ')} “{name}”"
    told = f"{what} is deleted." if asked.yes else f"{what} would be deleted. {FATE[asked.kind]} {YES}"
    return CommandOutput({"kind": asked.kind, "name": name, "deleted": asked.yes}, told)


COMMAND = Command("delete", "Delete a dataset, an experiment or another item.", _ask, _run, UNTOUCHED, 25)
