"""What a command is."""

from argparse import ArgumentParser, Namespace, _ArgumentGroup
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from jobs.api import Studio
    from jobs.api.rescue import Rescue

CHARACTERS = 90
UNTOUCHED = "Nothing was changed."
YES = "Add --yes to do it."


@dataclass(frozen=True)
class CommandOutput:
    """What a command came to: a JSON document, and the same for people."""

    document: Any
    text: str


@dataclass(frozen=True)
class Command:
    """A command of `python -m jobs`.

    Attributes:
        about: a sentence for `--help`.
        ask: adds its arguments.
        run: does it.
        again: what to do after Ctrl-C, a sentence.
        order: where it stands in `--help`.
        rescue: does it where the database is damaged; None for a command that can't.
    """

    name: str
    about: str
    ask: Callable[[ArgumentParser], None]
    run: "Callable[[Studio, Namespace], CommandOutput]"
    again: str
    order: int = 100
    rescue: "Callable[[Rescue, Namespace], CommandOutput] | None" = None


def table(frame: "pd.DataFrame") -> str:
    """A frame as text, numbers to four digits."""
    return (
        "nothing"
        if frame.empty
        else frame.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="–")
    )


def first_words(text: str) -> str:
    """The beginning of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= CHARACTERS else f"{flat[: CHARACTERS - 1]}…"


def ask_names(parser: "ArgumentParser | _ArgumentGroup", *flags: str, about: str) -> None:
    """Add an option that takes several names."""
    parser.add_argument(*flags, nargs="+", default=[], metavar="NAME", help=about)
