"""`prove`: is a selection better than random rows of the same data?"""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.experiments.proof.choice import FEWEST_FOR_A_TEST
from jobs.commands.command import Command, CommandOutput
from jobs.commands.experiment import AGAIN, ask_size, changes, told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="name or number of the selection (see `list selections`)")
    parser.add_argument("--seeds", type=int, default=FEWEST_FOR_A_TEST, metavar="S", help="seeds per arm (default: 3)")
    parser.add_argument("--lowest", action="store_true", help="add an arm with the lowest-ranked rows")
    parser.add_argument("--whole", action="store_true", help="add one model tuned on all rows")
    parser.add_argument("--name", default="", help="name of the experiment")
    ask_size(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    proved = studio.proofs.start(
        asked.selection, asked.seeds, asked.preset, asked.name, asked.lowest, asked.whole, asked.wait, **changes(asked)
    )
    return CommandOutput(proved.as_dict(), f"{told(proved.ran)}\n{proved.verdict}")


COMMAND = Command("prove", "Run a proof: tune on a selection and on random rows.", _ask, _run, AGAIN, 13)
