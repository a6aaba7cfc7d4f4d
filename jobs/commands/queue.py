"""What the commands of the queue share: which experiment or job they ask for, and how they tell where it stands now."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio

AGAIN = "Run the same command again."
GOES_ON = "Run `python -m jobs wait {experiment}`, the app or a worker."


def ask_experiment(parser: ArgumentParser) -> None:
    """Add an argument that takes an experiment."""
    parser.add_argument("experiment", help="number or name of the experiment (see `list experiments`)")


def ask_experiment_or_job(parser: ArgumentParser) -> None:
    """Add arguments that take an experiment or a set of it, or another job."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("experiment", nargs="?", help="number or name of the experiment (see `list experiments`)")
    what.add_argument("--job", metavar="ID", help="id of another job (see `list jobs`)")
    parser.add_argument("--set", type=int, metavar="N", help="number of one set (default: all)")


def status_output(studio: "Studio", asked: Namespace, text: str) -> CommandOutput:
    """How it stands now."""
    if getattr(asked, "job", None):
        jobs = studio.jobs.table().set_index("job")
        return CommandOutput({"job": asked.job, "status": jobs.loc[asked.job, "status"]}, text)
    ran = studio.experiments.status(asked.experiment)
    statuses = ran.sets["status"].value_counts().items()
    counts = ", ".join(f"{count} {status}" for status, count in statuses)
    said = text.format(experiment=ran.number)
    return CommandOutput(ran.as_dict(), f"Experiment {ran.number}, {ran.name}: {counts}. {said}")
