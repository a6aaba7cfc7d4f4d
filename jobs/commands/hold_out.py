"""`hold-out`: rows of a dataset become an evaluation set, and nothing is trained on them."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput
from jobs.commands.parts import described

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    parser.add_argument("--rows", type=int, default=100, metavar="N", help="number of rows (default: 100)")
    parser.add_argument("--name", default="", help="name of the evaluation set (default: DATASET, held out)")
    parser.add_argument("--seed", type=int, default=0, help="which rows (default: 0)")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    made = studio.evaluation_sets.hold_out(*asked.datasets, rows=asked.rows, name=asked.name, seed=asked.seed)
    return described(studio, made)


COMMAND = Command("hold-out", "Hold out rows as an evaluation set.", _ask, _run, UNTOUCHED, 6)
