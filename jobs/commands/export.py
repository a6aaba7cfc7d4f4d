"""`export`: a saved selection as a file."""

from argparse import ArgumentParser, Namespace

from core.export import Layout
from jobs.api import Studio
from jobs.commands.command import Command, Told


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="its name or number (see `list selections`)")
    parser.add_argument(
        "--format", choices=list(map(str, Layout)), default=str(Layout.ALPACA), help="(default: alpaca)"
    )
    parser.add_argument("--out", default="", metavar="FILE", help="in the data folder's exports/ if not given")
    parser.add_argument("--scores", action="store_true", help="scores go along")
    parser.add_argument("--extra", action="store_true", help="the source's other columns go along")
    parser.add_argument("--dataset", action="store_true", help="the dataset's name goes along")


def _run(studio: Studio, asked: Namespace) -> Told:
    made = studio.export(asked.selection, asked.out, asked.format, asked.scores, asked.extra, asked.dataset)
    text = f"{made.path}: {made.rows:,} rows, {made.size_bytes:,} bytes.\n{made.manifest} makes the same file again."
    return Told(made.as_dict(), text)


EXPORT = Command("export", "Write a saved selection to a file.", _ask, _run, "Nothing was written. Run it again.")
