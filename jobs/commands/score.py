"""`score`: compute what is not scored yet."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, Told, ask_names, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="their names; all if none is given")
    ask_names(parser, "--indicators", about="their names (see `list indicators`); all if not given")


def _run(studio: "Studio", asked: Namespace) -> Told:
    scored = studio.score(*asked.datasets, indicators=asked.indicators)
    return Told(scored.as_dict(), f"{scored.new:,} new scores and embeddings. Means:\n{table(scored.means)}")


COMMAND = Command(
    "score", "Score datasets by indicators.", _ask, _run,
    "The job stays in the queue: run the same command again, or start the app or a worker, and it goes on.", 6,
)  # fmt: skip
