"""`check-folder`: is everything that the data folder keeps whole?"""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    pass


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    report = studio.storage.check()
    lines = [report.told, *(f"{each.where}: {each.told} {each.mend}" for each in report.faults)]
    document = {"whole": not report.faults, "read": report.read, "faults": [asdict(each) for each in report.faults]}
    return CommandOutput(document, "\n".join(lines))


COMMAND = Command("check-folder", "Read everything in the data folder and list damage.", _ask, _run, UNTOUCHED, 29)
