"""`wait`: until an experiment or a comparison is through."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput
from jobs.commands.compare import comparison_text
from jobs.commands.experiment import told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("experiment", nargs="?", help="number or name of the experiment (see `list experiments`)")
    what.add_argument("--comparison", metavar="NAME", help="number or name of the comparison (see `list comparisons`)")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.comparison:
        compared = studio.comparisons.wait(asked.comparison)
        return CommandOutput(compared.as_dict(), comparison_text(compared))
    ran = studio.experiments.wait(asked.experiment)
    return CommandOutput(ran.as_dict(), told(ran))


COMMAND = Command(
    "wait", "Wait until an experiment or a comparison is done.", _ask, _run,
    "The job stays queued. Run the same command, the app or a worker to continue.", 9,
)  # fmt: skip
