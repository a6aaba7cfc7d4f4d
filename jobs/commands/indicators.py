"""`indicators`: which there are and what they need; those of one's own are switched on or off."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput, table
from jobs.commands.own_code import as_document, as_lines, ask_own

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    ask_own(parser, "indicators")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.allow_own:
        studio.indicators.allow_own(asked.allow_own == "on")
    known, own, allowed = studio.indicators.table(), studio.indicators.own_table(), studio.indicators.own_allowed
    shown = table(known.assign(needs=known["needs"].map(", ".join)))
    text = "\n".join([shown, "", *as_lines("indicators", own, allowed)])
    return CommandOutput(as_document("indicators", known, own, allowed), text)


COMMAND = Command("indicators", "List indicators and what they need.", _ask, _run, UNTOUCHED, 6)
