"""`pause`, `resume`, `cancel` and `retry`: what waits and runs in the background."""

from argparse import ArgumentParser, Namespace

from jobs.api import Studio
from jobs.commands.command import Command, Told

AGAIN = "Run the same command again."
GOES_ON = "It goes on with `python -m jobs wait {experiment}`, the app or a worker."


def _ask_experiment(parser: ArgumentParser) -> None:
    parser.add_argument("experiment", help="its number or name (see `list experiments`)")


def _ask_either(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("experiment", nargs="?", help="its number or name (see `list experiments`)")
    what.add_argument("--job", metavar="ID", help="scoring, answers or a map (see `list jobs`)")
    parser.add_argument("--set", type=int, metavar="N", help="one set of the experiment; all if not given")


def _pause(studio: Studio, asked: Namespace) -> Told:
    studio.pause(asked.experiment)
    return _told(studio, asked, "It is paused. A running set keeps its last checkpoint.")


def _resume(studio: Studio, asked: Namespace) -> Told:
    studio.resume(asked.experiment)
    return _told(studio, asked, GOES_ON)


def _cancel(studio: Studio, asked: Namespace) -> Told:
    if asked.job:
        studio.cancel_job(asked.job)
    else:
        studio.cancel(asked.experiment, asked.set)
    return _told(studio, asked, "It is cancelled. What is finished stays; `retry` takes it up again.")


def _retry(studio: Studio, asked: Namespace) -> Told:
    if asked.job:
        studio.retry_job(asked.job)
        return _told(studio, asked, "It goes on where it stopped, with the app or a worker.")
    studio.retry(asked.experiment, asked.set)
    return _told(studio, asked, GOES_ON)


def _told(studio: Studio, asked: Namespace, text: str) -> Told:
    """How it stands now."""
    if getattr(asked, "job", None):
        jobs = studio.jobs().set_index("job")
        return Told({"job": asked.job, "status": jobs.loc[asked.job, "status"]}, text)
    ran = studio.ran(asked.experiment)
    statuses = ran.sets["status"].value_counts().items()
    counts = ", ".join(f"{count} {status}" for status, count in statuses)
    said = text.format(experiment=ran.number)
    return Told(ran.as_dict(), f"Experiment {ran.number}, {ran.name}: {counts}. {said}")


PAUSE = Command("pause", "Pause an experiment.", _ask_experiment, _pause, AGAIN)
RESUME = Command("resume", "Go on with a paused experiment.", _ask_experiment, _resume, AGAIN)
CANCEL = Command("cancel", "Stop an experiment, a set of it, or another job.", _ask_either, _cancel, AGAIN)
RETRY = Command("retry", "Take up what has failed or was cancelled.", _ask_either, _retry, AGAIN)
