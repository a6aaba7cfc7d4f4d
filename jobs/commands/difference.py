"""`difference`: what two saved selections both keep, what only one keeps, and how these rows differ."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.humanize import counted
from jobs.commands.command import UNTOUCHED, Command, CommandOutput, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("first", help="name or number of a selection (see `list selections`)")
    parser.add_argument("second", help="of another")
    parser.add_argument("--out", default="", metavar="FILE", help="write the rows to a .csv, .jsonl or .parquet file")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from core.export.table_file import refuse_kind, write_table
    from jobs.api.results import plain

    if asked.out:
        refuse_kind(Path(asked.out))
    found = studio.selections.difference(asked.first, asked.second)
    means = found.means.rename_axis("mean of").reset_index()
    if asked.out:
        write_table(found.rows, Path(asked.out))
    counts = {str(each): rows for each, rows in found.counts.items()}
    lines = [f"{counted(rows, 'row')}: {who}" for who, rows in counts.items()]
    text = "\n".join([f"{found.first} (first), {found.second} (second)", *lines, "", table(means)])
    return CommandOutput({"first": found.first, "second": found.second, "rows": counts, "means": plain(means)}, text)


COMMAND = Command("difference", "Compare two saved selections row by row.", _ask, _run, UNTOUCHED, 13)
