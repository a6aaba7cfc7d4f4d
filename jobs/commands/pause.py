"""`pause`: an experiment stops until it is resumed."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput
from jobs.commands.queue import AGAIN, ask_experiment, status_output

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    studio.experiments.pause(asked.experiment)
    return status_output(studio, asked, "Paused. The running set resumes from its last checkpoint.")


COMMAND = Command("pause", "Pause an experiment.", ask_experiment, _run, AGAIN, 19)
