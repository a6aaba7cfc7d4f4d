"""`ways`: which ways of choosing there are and what they need; those of one's own are switched on or off."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput, table
from jobs.commands.own_code import as_document, as_lines, ask_own

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    ask_own(parser, "ways")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.allow_own:
        studio.ways.allow_own(asked.allow_own == "on")
    known, own, allowed = studio.ways.table(), studio.ways.own_table(), studio.ways.own_allowed
    lists = {name: known[name].map(", ".join) for name in ("needs", "unscored")}
    shown = table(known[["name", "title"]].assign(**lists))
    text = "\n".join([shown, "", *as_lines("ways", own, allowed)])
    return CommandOutput(as_document("ways", known, own, allowed), text)


COMMAND = Command("ways", "List ways of choosing rows and what they need.", _ask, _run, UNTOUCHED, 10)
