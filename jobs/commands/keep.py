"""`rename`, `describe`, `delete` and `start-over`: what the data folder holds gets another name, or goes."""

from argparse import ArgumentParser, Namespace

from core.workspace.deletion import FATE, kept_by_starting_over, removed_by_starting_over
from jobs.api import Studio
from jobs.api.keeping import DELETED, RENAMED
from jobs.commands.command import Command, Told

UNTOUCHED = "Nothing was changed."
YES = "--yes really does it."


def _ask_rename(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=RENAMED)
    parser.add_argument("which", help="its number or name (see `list`)")
    parser.add_argument("name", help="that it gets")


def _rename(studio: Studio, asked: Namespace) -> Told:
    got = studio.rename(asked.kind, asked.which, asked.name)
    return Told({"kind": asked.kind, "name": got}, f"The {asked.kind} is called “{got}” now.")


def _ask_describe(parser: ArgumentParser) -> None:
    parser.add_argument("dataset", help="its number or name")
    parser.add_argument("text", help="in place of what was written before")


def _describe(studio: Studio, asked: Namespace) -> Told:
    studio.describe(asked.dataset, asked.text)
    return Told({"dataset": asked.dataset, "description": asked.text}, "The description is kept.")


def _ask_delete(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=DELETED)
    parser.add_argument("which", help="its number or name (see `list`)")
    parser.add_argument("--yes", action="store_true", help="really delete it; without, what would go is told")


def _delete(studio: Studio, asked: Namespace) -> Told:
    name = studio.name_of(asked.kind, asked.which)
    if asked.yes:
        studio.delete(asked.kind, asked.which)
    what = f"The {asked.kind.replace('-', ' ')} “{name}”"
    told = f"{what} is deleted." if asked.yes else f"{what} would be deleted. {FATE[asked.kind]} {YES}"
    return Told({"kind": asked.kind, "name": name, "deleted": asked.yes}, told)


def _ask_start_over(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="really do it; without, what would go is told")


def _start_over(studio: Studio, asked: Namespace) -> Told:
    removed, kept = (
        removed_by_starting_over(studio.store),
        kept_by_starting_over(studio.paths.exports, studio.paths.jobs),
    )
    if asked.yes:
        studio.start_over()
        return Told({"started_over": True, "removed": removed}, f"Removed: {removed}. The demo data are back.")
    told = f"Would be removed: {removed}. This can't be undone.\nKept: {kept}\n{YES}"
    return Told({"started_over": False, "would_be_removed": removed}, told)


RENAME = Command("rename", "Give a dataset, an experiment or the like another name.", _ask_rename, _rename, UNTOUCHED)
DESCRIBE = Command("describe", "Write what a dataset is.", _ask_describe, _describe, UNTOUCHED)
DELETE = Command("delete", "Delete a dataset, an experiment or the like.", _ask_delete, _delete, UNTOUCHED)
START_OVER = Command(
    "start-over", "Leave the data folder as on its first day.", _ask_start_over, _start_over, UNTOUCHED
)
