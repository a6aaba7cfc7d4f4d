"""`size`: how many rows of a selection's ranking are enough?"""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.experiments.size.plan import SizePlan
from jobs.commands.command import Command, Told
from jobs.commands.experiment import AGAIN, ask_size, changes, told

if TYPE_CHECKING:
    from jobs.api import Studio

SEARCH = ("lowest", "highest", "most_sizes", "seeds", "patience", "most_row_passes", "most_minutes")


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="its name or number (see `list selections`)")
    parser.add_argument("--sizes", nargs="+", type=int, default=[], metavar="ROWS", help="a grid, else BlendSearch")
    parser.add_argument("--lowest", type=int, metavar="ROWS", help="that BlendSearch may try; an eighth if not given")
    parser.add_argument("--highest", type=int, metavar="ROWS", help="the same; four times as many if not given")
    for flag, kind, usual, about in (
        ("--most-sizes", int, SizePlan.most_sizes, "that BlendSearch tries"),
        ("--seeds", int, SizePlan.seeds, "how often each size is tuned"),
        ("--patience", int, SizePlan.patience, "sizes without gain that end it; 0 for never, as on a grid"),
        ("--most-row-passes", int, SizePlan.most_row_passes, "cost cap, rows times epochs of all models; 0 for none"),
        ("--most-minutes", float, SizePlan.most_minutes, "cost cap, of tuning; 0 for none"),
    ):
        parser.add_argument(flag, type=kind, metavar="N", help=f"{about} (default: {usual:g})")
    parser.add_argument("--name", default="", help="of the experiment")
    ask_size(parser)


def _run(studio: "Studio", asked: Namespace) -> Told:
    search = {field: getattr(asked, field) for field in SEARCH if getattr(asked, field) is not None}
    sized = studio.size(asked.selection, asked.sizes, asked.preset, asked.name, asked.wait, search, **changes(asked))
    return Told(sized.as_dict(), f"{told(sized.ran)}\n{sized.verdict.told}")


COMMAND = Command("size", "Search how many rows are enough.", _ask, _run, AGAIN, 14)
