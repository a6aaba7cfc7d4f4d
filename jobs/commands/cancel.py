"""`cancel`: an experiment, a set of it, or another job stops."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, Told
from jobs.commands.queue import AGAIN, ask_experiment_or_job, told_status

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> Told:
    if asked.job:
        studio.jobs.cancel(asked.job)
    else:
        studio.experiments.cancel(asked.experiment, asked.set)
    return told_status(studio, asked, "Cancelled. Finished sets are kept; `retry` queues the rest again.")


COMMAND = Command(
    "cancel", "Cancel an experiment, one of its sets, or another job.", ask_experiment_or_job, _run, AGAIN, 21
)
