"""`cancel`: an experiment, a set of it, or another job stops."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput
from jobs.commands.queue import AGAIN, ask_experiment_or_job, status_output

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.job:
        studio.jobs.cancel(asked.job)
    else:
        studio.experiments.cancel(asked.experiment, asked.set)
    return status_output(studio, asked, "Cancelled. Finished sets are kept; `retry` queues the rest again.")


COMMAND = Command(
    "cancel", "Cancel an experiment, one of its sets, or another job.", ask_experiment_or_job, _run, AGAIN, 21
)
