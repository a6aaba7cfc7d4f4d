"""`certainty`: how sure it is that each row of a selection is kept."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from core.selection.certainty import RowCertainty
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="name or number of the selection (see `list selections`)")
    parser.add_argument("--draws", type=int, default=50, metavar="N", help="number of selections (default: 50)")
    parser.add_argument("--only", choices=("keep", "toss-up", "drop"), help="write only these rows")
    parser.add_argument("--out", default="", metavar="FILE", help="write the rows to a .csv, .jsonl or .parquet file")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from core.export.table_file import refuse_kind, write_table

    if asked.out:
        refuse_kind(Path(asked.out))
    found = studio.selections.certainty(asked.selection, asked.draws)
    rows = found.rows
    if asked.only:
        rows = rows[rows["verdict"].str.endswith(asked.only)]
    if asked.out:
        write_table(rows, Path(asked.out))
    document = {
        "draws": found.draws,
        "varied": list(found.varied),
        "fixed": list(found.fixed),
        "rows": found.counts,
        "out": asked.out or None,
    }
    return CommandOutput(document, _text(found, asked.out, len(rows)))


def _text(found: "RowCertainty", out: str, written: int) -> str:
    varied = "; ".join(found.varied) or "nothing, so every draw keeps the same rows"
    lines = [f"{found.draws} draws. Varied: {varied}.", *found.fixed]
    lines += [f"  {rows:,} {verdict}" for verdict, rows in found.counts.items()]
    lines += [f"{written:,} lines: {out}"] if out else []
    return "\n".join(lines)


COMMAND = Command("certainty", "How sure each row of a selection is kept.", _ask, _run, UNTOUCHED, 12)
