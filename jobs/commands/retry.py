"""`retry`: what has failed or was cancelled goes on."""

from argparse import Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, Told
from jobs.commands.queue import AGAIN, GOES_ON, ask_experiment_or_job, told_status

if TYPE_CHECKING:
    from jobs.api import Studio


def _run(studio: "Studio", asked: Namespace) -> Told:
    if asked.job:
        studio.jobs.retry(asked.job)
        return told_status(studio, asked, "Queued again; it resumes where it stopped, in the app or a worker.")
    studio.experiments.retry(asked.experiment, asked.set)
    return told_status(studio, asked, GOES_ON)


COMMAND = Command("retry", "Retry failed and cancelled sets or jobs.", ask_experiment_or_job, _run, AGAIN, 22)
