"""`report`: the paper's results rebuilt from one's own runs, as one HTML file."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--out", default="report.html", metavar="FILE", help="output file (default: report.html)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--experiments", nargs="+", default=[], metavar="NAME", help="experiments (default: the newest)"
    )
    source.add_argument("--csv", default="", metavar="FILE", help="CSV table of candidate sets, instead of experiments")
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument("--rule", default="", metavar="NAME", help="saved rule (default: the newest)")
    rule.add_argument("--no-rule", action="store_true", help="use the report's own stepwise fit")
    proof = parser.add_mutually_exclusive_group()
    proof.add_argument("--proof", default="", metavar="NAME", help="experiment of the proof (default: the newest)")
    proof.add_argument("--no-proof", action="store_true", help="no proof")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    made = studio.reports.write(
        asked.out, asked.experiments, asked.csv, None if asked.no_rule else asked.rule,
        None if asked.no_proof else asked.proof,
    )  # fmt: skip
    lines = [f"{title}: {missing or 'done'}" for title, missing in made.sections.items()]
    return CommandOutput(made.as_dict(), "\n".join([f"{made.path}: {made.size_bytes:,} bytes.", *lines]))


COMMAND = Command(
    "report", "Write the report as one HTML file.", _ask, _run, "Nothing was written. Run the same command again.", 18
)
