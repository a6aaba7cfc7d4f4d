"""`map`: rows in the plane, those that mean much the same together."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.export.table_file import refuse_kind, write_table
from jobs.commands.command import Command, Told
from jobs.queue.job import DONE

if TYPE_CHECKING:
    from jobs.api import Mapped, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="their names; all if none is given")
    parser.add_argument(
        "--out",
        default="",
        metavar="FILE",
        help=".csv, .parquet or .jsonl for places, marks and scores",
    )
    parser.add_argument("--wait", action="store_true", help="until it is made, with a worker of its own if none runs")
    parser.add_argument("--again", action="store_true", help="also where there is one that has all rows")


def _run(studio: "Studio", asked: Namespace) -> Told:
    if asked.out:
        refuse_kind(Path(asked.out))
    made = studio.map(*asked.datasets, wait=asked.wait or bool(asked.out), again=asked.again)
    if asked.out:
        write_table(made.points, Path(asked.out))
    return Told(made.as_dict() | {"file": asked.out or None}, _text(made, asked.out))


def _text(made: "Mapped", out: str) -> str:
    of = ", ".join(made.datasets)
    if made.status != DONE:
        return f"The map of {of} is {made.status}: the same command with --wait, the app or a worker makes it."
    text = f"{len(made.points):,} rows of {of} on a map by {made.method} of {made.fitted:,} embeddings."
    return f"{text}\n{out} has their places, marks and scores." if out else f"{text} --out FILE writes their places."


COMMAND = Command(
    "map", "Lay rows out by what they mean.", _ask, _run,
    "The job stays in the queue: run the same command again, or start the app or a worker, and it goes on.", 7,
)  # fmt: skip
