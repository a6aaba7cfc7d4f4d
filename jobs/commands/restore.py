"""`restore`: back to a backup; also the way back for a database that cannot be opened."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.errors import InputError
from jobs.commands.command import UNTOUCHED, YES, Command, CommandOutput, table

if TYPE_CHECKING:
    import pandas as pd

    from core.errors import StoreDamaged
    from jobs.api import Studio
    from jobs.api.rescue import Rescue

NOT_DAMAGED = "The database is whole, so there is nothing to mend."


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("backup", nargs="?", help="name of the backup, or `newest` (default: list what there is)")
    damaged = parser.add_mutually_exclusive_group()
    damaged.add_argument("--go-on", action="store_true", help="a damaged database: go on with what can be read of it")
    damaged.add_argument("--new", action="store_true", help="a damaged database: begin with a new one")
    parser.add_argument("--yes", action="store_true", help="do it; without it only shows what would be done")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from jobs.api.results import plain

    if asked.go_on or asked.new:
        raise InputError(NOT_DAMAGED, mend="Name a backup to go back to it.")
    found = studio.backups.table()
    if not asked.backup:
        return CommandOutput(
            plain(found), f"{table(found)}\nName one to go back to it. What is there now is kept, too."
        )
    if not asked.yes:
        told = f"The database would be what it was in the backup {asked.backup}. A backup of now is made before. {YES}"
        return CommandOutput({"restored": False, "backup": asked.backup}, told)
    undo = studio.backups.restore(asked.backup)
    back = f"`python -m jobs restore {undo.name}` undoes it." if undo else "The damaged files are kept in `damaged`."
    document = {"restored": True, "backup": asked.backup, "undone_by": undo.name if undo else None}
    return CommandOutput(document, f"Restored {asked.backup}. {back}")


def _rescue(rescue: "Rescue", asked: Namespace) -> CommandOutput:
    from jobs.api.backups import backup_table
    from jobs.api.results import plain

    damage = rescue.damage
    assert damage is not None
    found = backup_table(rescue.backups())
    if not (asked.backup or asked.go_on or asked.new):
        return CommandOutput(
            {"damage": damage[1].what, "backups": plain(found)},
            _choices(damage[1], damage[0].readable, found),
        )
    if not asked.yes:
        return CommandOutput({"restored": False}, f"The damaged files would be kept in {rescue.paths.damaged}. {YES}")
    if asked.go_on:
        aside, told = rescue.go_on(), "The studio goes on with what can be read."
    elif asked.new:
        aside, told = rescue.begin_anew(), "A new database is made at the next start."
    else:
        aside, told = rescue.restore(asked.backup), f"Restored {asked.backup}."
    return CommandOutput({"restored": True, "damaged": str(aside)}, f"{told} The damaged files are kept in {aside}.")


def _choices(damage: "StoreDamaged", readable: bool, found: "pd.DataFrame") -> str:
    lines = [f"{damage.where}: {damage.what}", "Choose one; the damaged files are kept whatever you choose:"]
    if not found.empty:
        lines += [
            "  python -m jobs restore newest     goes back to the newest of these backups, or to another by name:"
        ]
        lines += [f"    {line}" for line in table(found).splitlines()]
    if readable:
        lines.append("  python -m jobs restore --go-on    goes on with what can be read of the database")
    lines.append("  python -m jobs restore --new       begins with a new database and the demo data")
    return "\n".join(lines)


COMMAND = Command(
    "restore", "Go back to a backup, or mend a damaged database.", _ask, _run, UNTOUCHED, 28, rescue=_rescue
)
