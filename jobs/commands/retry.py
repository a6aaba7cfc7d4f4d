"""`retry`: what has failed or was cancelled goes on."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput
from jobs.commands.queue import AGAIN, GOES_ON, ask_experiment_or_job, status_output

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.job:
        studio.jobs.retry(asked.job)
        return status_output(studio, asked, "Queued again; it resumes where it stopped, in the app or a worker.")
    studio.experiments.retry(asked.experiment, asked.set)
    return status_output(studio, asked, GOES_ON)


COMMAND = Command("retry", "Retry failed and cancelled sets or jobs.", ask_experiment_or_job, _run, AGAIN, 22)
