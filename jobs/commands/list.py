"""`list`: what the data folder holds."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

import pandas as pd

from core.indicators import registry
from jobs.commands.command import Command, Told, table

if TYPE_CHECKING:
    from jobs.api import Studio

KINDS = (
    "datasets", "evaluation-sets", "indicators", "experiments", "rules", "selections", "models", "comparisons", "jobs",
)  # fmt: skip


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=KINDS, default="datasets", help="what to list (default: datasets)")


def _run(studio: "Studio", asked: Namespace) -> Told:
    from jobs.api.results import plain

    frame = _frame(studio, asked.what)
    return Told(plain(frame), table(frame))


def _frame(studio: "Studio", what: str) -> pd.DataFrame:
    if what == "indicators":
        return pd.DataFrame([{"name": name, "title": about.title} for name, about in registry().items()])
    if what == "rules":
        return pd.DataFrame([{"name": name, "rule": rule.equation} for name, rule in studio.rules().items()])
    return getattr(studio, what.replace("-", "_"))()


COMMAND = Command("list", "List the contents of the data folder.", _ask, _run, "Nothing was changed.", 2)
