"""`describe`: what a dataset is, in words."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, Told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("dataset", help="its number or name")
    parser.add_argument("text", help="in place of what was written before")


def _run(studio: "Studio", asked: Namespace) -> Told:
    studio.describe(asked.dataset, asked.text)
    return Told({"dataset": asked.dataset, "description": asked.text}, "The description is kept.")


COMMAND = Command("describe", "Write what a dataset is.", _ask, _run, UNTOUCHED, 24)
