"""`ways`: which ways of choosing there are and what they need; those of one's own are switched on or off."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from jobs.commands.command import UNTOUCHED, Command, CommandOutput, table

if TYPE_CHECKING:
    import pandas as pd

    from jobs.api import Studio

ON = "Ways of your own are on: their code runs with your rights."
OFF = "Ways of your own are off: nothing of them is imported. --allow-own on switches them on."


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--allow-own", choices=("on", "off"),
        help="ways of your own, files of ways/ in the data folder and installed packages: code that runs with your "
        "rights",
    )  # fmt: skip


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.allow_own:
        studio.ways.allow_own(asked.allow_own == "on")
    known, own, allowed = studio.ways.table(), studio.ways.own_table(), studio.ways.own_allowed
    document: dict[str, Any] = {
        "allow_own": allowed,
        "ways": known.to_dict("records"),
        "own": own.to_dict("records"),
    }
    return CommandOutput(document, _text(known, own, allowed))


def _text(known: "pd.DataFrame", own: "pd.DataFrame", allowed: bool) -> str:
    lists = {name: known[name].map(", ".join) for name in ("needs", "unscored")}
    shown = known[["name", "title"]].assign(**lists)
    lines = [table(shown), "", ON if allowed else OFF]
    lines += [f"  {label}: {offered or fault or 'off'}" for label, offered, fault in own.itertuples(index=False)]
    return "\n".join(lines)


COMMAND = Command("ways", "List ways of choosing rows and what they need.", _ask, _run, UNTOUCHED, 10)
