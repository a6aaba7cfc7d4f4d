"""What commands share that list things which users may define themselves."""

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def ask_own(parser: ArgumentParser, nouns: str) -> None:
    """Add the switch."""
    parser.add_argument(
        "--allow-own", choices=("on", "off"),
        help=f"{nouns} of your own, files of {nouns}/ in the data folder and installed packages: code that runs with "
        "your rights",
    )  # fmt: skip


def as_document(nouns: str, known: "pd.DataFrame", own: "pd.DataFrame", allowed: bool) -> dict[str, Any]:
    """All that there are with those of one's own, as JSON values."""
    return {"allow_own": allowed, nouns: known.to_dict("records"), "own": own.to_dict("records")}


def as_lines(nouns: str, own: "pd.DataFrame", allowed: bool) -> list[str]:
    """For people: whether they are on, and what each source came to."""
    on = f"{nouns.capitalize()} of your own are on: their code runs with your rights."
    off = f"{nouns.capitalize()} of your own are off: nothing of them is imported. --allow-own on switches them on."
    sources = own.itertuples(index=False)
    return [
        on if allowed else off,
        *(f"  {label}: {offered or fault or 'off'}" for label, offered, fault in sources),
    ]
