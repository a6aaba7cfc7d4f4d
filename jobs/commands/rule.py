"""`rule`: a rule from a JSON file, such as `show rule` writes."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("file", help="JSON file (see `show rule NAME --out FILE`)")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    rule = studio.rules.load(asked.file)
    return CommandOutput(rule.as_dict(), f"{rule.equation}\nSaved as “{rule.title}”.")


COMMAND = Command("rule", "Save a rule from a JSON file.", _ask, _run, "Nothing was saved.", 11)
