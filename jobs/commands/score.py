"""`score`: compute what is not scored yet."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput, ask_names, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    ask_names(parser, "--indicators", about="indicator names (see `list indicators`; default: all)")
    parser.add_argument("--missing", action="store_true", help="only count the rows without a score, by indicator")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.missing:
        lacking = studio.scores.missing(*asked.datasets)
        lines = [f"{name}: {rows:,} rows without a score" for name, rows in lacking.items()]
        return CommandOutput(dict(lacking), "\n".join(lines) or "All rows are scored.")
    scored = studio.scores.score(*asked.datasets, indicators=asked.indicators)
    return CommandOutput(scored.as_dict(), f"{scored.new:,} new scores and embeddings. Means:\n{table(scored.means)}")


COMMAND = Command(
    "score", "Score datasets.", _ask, _run,
    "The job stays queued. Run the same command, the app or a worker to continue.", 6,
)  # fmt: skip
