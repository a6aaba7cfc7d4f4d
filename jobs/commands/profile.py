"""`profile`: whose models score from now on, here and in the app."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="model profile (see `list profiles`)")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    studio.settings.choose_profile(asked.name)
    return CommandOutput({"profile": asked.name}, f"The model profile is now {asked.name}.")


COMMAND = Command("profile", "Choose the model profile.", _ask, _run, UNTOUCHED, 25)
