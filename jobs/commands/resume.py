"""`resume`: a paused experiment goes on."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput
from jobs.commands.queue import AGAIN, GOES_ON, ask_experiment, status_output

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    studio.experiments.resume(asked.experiment)
    return status_output(studio, asked, GOES_ON)


COMMAND = Command("resume", "Resume a paused experiment.", ask_experiment, _run, AGAIN, 20)
