"""`size`: how many rows of a selection's ranking are enough?"""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.experiments.size.plan import SizePlan
from jobs.commands.command import Command, CommandOutput
from jobs.commands.experiment import AGAIN, ask_size, changes, told

if TYPE_CHECKING:
    from jobs.api import Studio

SEARCH = ("lowest", "highest", "most_sizes", "seeds", "patience", "most_row_passes", "most_minutes")


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="name or number of the selection (see `list selections`)")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[], metavar="ROWS", help="sizes of a grid (default: BlendSearch)"
    )
    parser.add_argument(
        "--lowest",
        type=int,
        metavar="ROWS",
        help="minimum size for BlendSearch (default: an eighth of the selection)",
    )
    parser.add_argument(
        "--highest", type=int, metavar="ROWS", help="maximum size for BlendSearch (default: four times the selection)"
    )
    for flag, kind, usual, about in (
        ("--most-sizes", int, SizePlan.most_sizes, "number of sizes for BlendSearch"),
        ("--seeds", int, SizePlan.seeds, "seeds per size"),
        (
            "--patience",
            int,
            SizePlan.patience,
            "early stopping after this many sizes without improvement, 0 for off (grid: off)",
        ),
        ("--most-row-passes", int, SizePlan.most_row_passes, "cost cap: rows × epochs over all models, 0 for none"),
        ("--most-minutes", float, SizePlan.most_minutes, "cost cap: minutes of tuning, 0 for none"),
    ):
        parser.add_argument(flag, type=kind, metavar="N", help=f"{about} (default: {usual:g})")
    parser.add_argument("--name", default="", help="name of the experiment")
    ask_size(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    search = {field: getattr(asked, field) for field in SEARCH if getattr(asked, field) is not None}
    sized = studio.sizes.start(
        asked.selection, asked.sizes, asked.preset, asked.name, asked.wait, search, **changes(asked)
    )
    return CommandOutput(sized.as_dict(), f"{told(sized.ran)}\n{sized.verdict.told}")


COMMAND = Command("size", "Search the best number of rows of a selection.", _ask, _run, AGAIN, 14)
