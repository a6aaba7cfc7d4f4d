"""`mark`: keep or drop rows by hand, whatever a rule says of them, note why, and tag them."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.errors import InputError
from core.humanize import counted
from core.rows.filters import Filters
from core.rows.marks import Mark
from jobs.commands.command import Command, CommandOutput, ask_names, first_words
from jobs.commands.row_filters import ask_filters, asked_filters, filters_given

if TYPE_CHECKING:
    from jobs.api import MarkingResult, Studio

MARKED = {Mark.KEEP: "marked keep", Mark.DROP: "marked drop", Mark.NONE: "unmarked"}


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("rows", nargs="*", type=int, metavar="ROW", help="row numbers (see `rows`)")
    change = parser.add_mutually_exclusive_group()
    for mark, flag, about in (
        (Mark.KEEP, "--keep", "selections always keep these rows"),
        (Mark.DROP, "--drop", "selections never keep these rows"),
        (Mark.NONE, "--none", "remove the mark"),
    ):
        change.add_argument(flag, dest="mark", action="store_const", const=mark, help=about)
    change.add_argument("--undo", action="store_true", help="undo the last change of marks, notes or tags")
    change.add_argument("--redo", action="store_true", help="redo the last undone change")
    parser.add_argument("--note", metavar="TEXT", help='new note; "" removes the note')
    ask_names(parser, "--add-tag", about="tags to add")
    ask_names(parser, "--remove-tag", about="tags to remove")
    parser.add_argument("--yes", action="store_true", help="mark the filtered rows; without it they are only counted")
    ask_names(parser, "--datasets", about="mark the rows of these datasets that pass the filters")
    ask_filters(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.undo or asked.redo:
        return _turn(studio, asked)
    chosen = _chosen(studio, asked)
    count_only = isinstance(chosen, Filters) and not asked.yes
    done = studio.marks.mark(chosen, asked.mark, asked.note, count_only, asked.add_tag, asked.remove_tag)
    return CommandOutput(done.as_dict(), _text(done))


def _chosen(studio: "Studio", asked: Namespace) -> list[int] | Filters:
    """The rows that are meant.

    Raises:
        InputError: they are given by number and by filters, or not at all.
    """
    if asked.rows and filters_given(asked):
        raise InputError("Both row numbers and filters are given.", mend="Use one of the two.")
    if not asked.rows and not filters_given(asked):
        raise InputError("No rows given.", mend="Give row numbers (see `rows`), filters, or --datasets.")
    return asked.rows or asked_filters(studio, asked)


def _turn(studio: "Studio", asked: Namespace) -> CommandOutput:
    """Undo or redo.

    Raises:
        InputError: rows, a note or tags are given as well.
        StoreError: there is no change to go back or on to.
    """
    tags = asked.add_tag or asked.remove_tag
    if asked.rows or asked.note is not None or tags or filters_given(asked):
        raise InputError("--undo and --redo take no rows, note or tags.", mend="Remove them.")
    if asked.undo:
        change = studio.marks.undo()
        return CommandOutput({"undone": asdict(change)}, f"Undone: {change.told}. Redo with `mark --redo`.")
    change = studio.marks.redo()
    return CommandOutput({"redone": asdict(change)}, f"Redone: {change.told}. Undo with `mark --undo`.")


def _text(done: "MarkingResult") -> str:
    if not done.rows:
        return "No row passes all filters. Nothing was changed."
    what, rows, are = _what(done), counted(done.rows, "row"), "is" if done.rows == 1 else "are"
    if done.changed is None:
        return f"{rows} would be {what}. Add --yes to do it; `rows` with the same filters lists them."
    if not done.changed:
        return f"Nothing was changed: {rows} {are} {what} already."
    some = "" if done.changed == done.rows else f", {done.changed:,} of them newly"
    return f"{rows} {are} now {what}{some}; Undo with `mark --undo`."


def _what(done: "MarkingResult") -> str:
    """What the rows are, after `are`."""
    words = [] if done.mark is None else [MARKED[done.mark]]
    if done.note is not None:
        words.append(f"noted “{first_words(done.note)}”" if done.note else "without a note")
    words += [f"tagged {', '.join(done.tags)}"] if done.tags else []
    words += [f"without the tag {', '.join(done.untag)}"] if done.untag else []
    return " and ".join(words)


COMMAND = Command(
    "mark", "Mark rows keep or drop, and add notes and tags.", _ask, _run,
    "The change was made completely or not at all; check with `rows --marked keep` or drop.", 4,
)  # fmt: skip
