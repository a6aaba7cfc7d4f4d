"""`export`: a saved selection as a file, as a folder for trainers or the hub, or onto the hub."""

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.export import Layout
from core.export.push import TOKEN_VARIABLE
from jobs.commands.command import Command, Told

if TYPE_CHECKING:
    from jobs.api import FileMade, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("selection", help="its name or number (see `list selections`)")
    parser.add_argument(
        "--format", choices=list(map(str, Layout)), default=str(Layout.ALPACA), help="(default: alpaca)"
    )
    parser.add_argument(
        "--out", default="", metavar="PATH",
        help="a file; or a folder (there already, or ending in /), with what trainers ask for and a zip; else a folder "
        "in the data folder's exports/",
    )  # fmt: skip
    parser.add_argument("--scores", action="store_true", help="scores go along")
    parser.add_argument("--extra", action="store_true", help="the source's other columns go along")
    parser.add_argument("--dataset", action="store_true", help="the dataset's name goes along")
    parser.add_argument(
        "--raw-formulas", action="store_true", help="no apostrophe before a CSV's text that spreadsheets take for one"
    )
    parser.add_argument("--hub", action="store_true", help="a dataset folder with its card, as the hub has it")
    parser.add_argument("--push", default="", metavar="OWNER/NAME", help="send that folder to the Hugging Face hub")
    parser.add_argument("--yes", action="store_true", help="really send it; without, it is made and looked at first")
    parser.add_argument("--public", action="store_true", help="everybody sees what is sent; else only you")
    parser.add_argument("--replace", action="store_true", help="over the files of a dataset that is there already")


def _run(studio: "Studio", asked: Namespace) -> Told:
    made = studio.export(
        asked.selection, asked.out, asked.format, asked.scores, asked.extra, asked.dataset,
        neutralise_formulas=not asked.raw_formulas, hub=asked.hub or bool(asked.push),
    )  # fmt: skip
    if not asked.push:
        return Told(made.as_dict(), _text(made))
    if not asked.yes:
        raise StudioError(
            f"Nothing was sent yet: {made.rows:,} rows with their card and manifest would leave this computer.",
            where=asked.push,
            mend=f"Look at {made.hub_folder}, state the licence in its README.md, and add --yes.",
        )
    token = os.environ.get(TOKEN_VARIABLE, "")
    address = studio.push(made, asked.push, token, private=not asked.public, add_to=asked.replace)
    return Told(made.as_dict() | {"pushed_to": address}, f"{_text(made)}\nSent to {address}.")


def _text(made: "FileMade") -> str:
    lines = [f"{made.path}: {made.rows:,} rows, {made.size_bytes:,} bytes."]
    if made.flattened:
        lines.append(f"{made.flattened:,} conversations don't fit this layout whole; the messages layout keeps them.")
    lines.append(f"{made.manifest} makes the same file again: python -m core.rebuild.")
    lines += [f"For trainers: {each}" for each in made.trainers]
    lines += [f"All in one: {made.archive}"] if made.archive else []
    return "\n".join(lines)


COMMAND = Command("export", "Write a saved selection to files.", _ask, _run, "Nothing was written. Run it again.", 12)
