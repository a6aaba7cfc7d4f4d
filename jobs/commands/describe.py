"""`describe`: what a dataset is, in words."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("dataset", help="number or name of the dataset")
    parser.add_argument("text", help="new description")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    studio.datasets.describe(asked.dataset, asked.text)
    return CommandOutput({"dataset": asked.dataset, "description": asked.text}, "Description saved.")


COMMAND = Command("describe", "Set the description of a dataset.", _ask, _run, UNTOUCHED, 24)
