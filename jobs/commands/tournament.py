"""`tournament`: which way of choosing rows is best on these data?"""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.experiments.tournament.plan import TournamentPlan
from jobs.commands.command import Command, CommandOutput, ask_names, table
from jobs.commands.experiment import AGAIN, ask_size, changes, told

if TYPE_CHECKING:
    from jobs.api import Studio

FIELDS = ("rows", "budget", "rounds", "draws", "share")


def _ask(parser: ArgumentParser) -> None:
    ask_names(parser, "--ways", about="ways and rules that compete (default: all that are scored)")
    ask_names(parser, "--datasets", about="datasets to choose from (default: all)")
    parser.add_argument("--list", action="store_true", help="list ways and rules, and what each still needs")
    for flag, kind, about in (
        ("--rows", int, "rows per set in the last round"),
        ("--rounds", int, "rounds, each with twice the rows of the one before"),
        ("--draws", int, "disjoint parts of the data on which every way chooses"),
        ("--share", float, "share of a part that is kept in the last round"),
    ):
        usual = getattr(TournamentPlan, flag.strip("-"))
        parser.add_argument(flag, type=kind, metavar="N", help=f"{about} (default: {usual:g})")
    parser.add_argument("--budget", choices=["rows", "tokens"], help="sets of equal rows, or of equal response tokens")
    parser.add_argument("--save", default="", metavar="NAME", help="with --wait: keep what the winner chooses")
    parser.add_argument("--name", default="", help="name of the experiment")
    ask_size(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.list:
        return _listed(studio, asked)
    fields = {each: getattr(asked, each) for each in FIELDS if getattr(asked, each) is not None}
    found = studio.tournaments.start(
        asked.ways, asked.datasets, asked.preset, asked.name, asked.wait, tournament=fields, **changes(asked)
    )
    document, text = found.as_dict(), f"{told(found.ran)}\n{found.standings.told}"
    if asked.save and found.standings.winner:
        outcome = studio.tournaments.select(found.ran.number)
        studio.selections.save(asked.save, outcome)
        document["selection"] = asked.save
        text += f"\n{len(outcome.selection.kept):,} rows are kept. Saved as “{asked.save}”."
    return CommandOutput(document, text)


def _listed(studio: "Studio", asked: Namespace) -> CommandOutput:
    import pandas as pd

    lacking = studio.tournaments.unscored(studio.rows.filters(*asked.datasets))
    lines = [
        {"way": each.name, "title": each.title, "to score": ", ".join(lacking[each.name]) or "–"}
        for each in studio.tournaments.entrants()
    ]
    return CommandOutput(lines, table(pd.DataFrame(lines)))


COMMAND = Command(
    "tournament",
    "Let ways of choosing rows compete: tune a model on what each keeps.",
    _ask,
    _run,
    AGAIN,
    12,
)
