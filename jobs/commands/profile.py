"""`profile`: whose models score from now on, and in which precision, here and in the app."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, get_args

from core.models.precision import PrecisionChoice
from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="model profile (see `list profiles`)")
    parser.add_argument(
        "--precision", choices=get_args(PrecisionChoice), help="in which models score (auto: the fastest measured here)"
    )


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    studio.settings.choose_profile(asked.name)
    if asked.precision:
        studio.settings.choose_precision(asked.precision)
    rates, precision = studio.settings.compute_rates(), studio.settings.precision
    found = {"profile": asked.name, "precision": precision, "compute_rates": rates.as_dict()}
    told = f"automatic: {rates.told}" if precision == "auto" else precision
    return CommandOutput(found, f"The model profile is now {asked.name}. Precision: {told}.")


COMMAND = Command("profile", "Choose the model profile.", _ask, _run, UNTOUCHED, 25)
