"""`report`: the paper's results rebuilt from one's own runs, as one HTML file."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Command, Told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--out", default="report.html", metavar="FILE", help="(default: report.html)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--experiments", nargs="+", default=[], metavar="NAME", help="the newest if not given")
    source.add_argument("--csv", default="", metavar="FILE", help="a table of sets in their place")
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument("--rule", default="", metavar="NAME", help="a saved one; the newest if not given")
    rule.add_argument("--no-rule", action="store_true", help="the report's own stepwise choice")
    proof = parser.add_mutually_exclusive_group()
    proof.add_argument("--proof", default="", metavar="NAME", help="its experiment; the newest if not given")
    proof.add_argument("--no-proof", action="store_true", help="leave it out")


def _run(studio: "Studio", asked: Namespace) -> Told:
    made = studio.report(
        asked.out, asked.experiments, asked.csv, None if asked.no_rule else asked.rule,
        None if asked.no_proof else asked.proof,
    )  # fmt: skip
    lines = [f"{title}: {missing or 'rebuilt'}" for title, missing in made.sections.items()]
    return Told(made.as_dict(), "\n".join([f"{made.path}: {made.size_bytes:,} bytes.", *lines]))


COMMAND = Command(
    "report", "Write the paper report as one HTML file.", _ask, _run, "Nothing was written. Run it again.", 18
)
