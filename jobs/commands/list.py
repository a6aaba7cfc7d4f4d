"""`list`: what the data folder holds."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from core.indicators import registry
from jobs.commands.command import Command, CommandOutput, table

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=list(LISTED), default="datasets", help="what to list (default: datasets)"
    )


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    from jobs.api.results import plain

    frame = LISTED[asked.what](studio)
    return CommandOutput(plain(frame), table(frame))


def _indicators(studio: "Studio") -> pd.DataFrame:
    return pd.DataFrame([{"name": name, "title": about.title} for name, about in registry().items()])


def _rules(studio: "Studio") -> pd.DataFrame:
    return pd.DataFrame([{"name": name, "rule": rule.equation} for name, rule in studio.rules.all().items()])


def _steps(studio: "Studio") -> pd.DataFrame:
    steps = studio.workspace.steps()
    return pd.DataFrame([{"name": each.title, "status": str(each.status), "reason": each.reason} for each in steps])


def _marks(studio: "Studio") -> pd.DataFrame:
    counts = studio.marks.counts(studio.rows.filters())
    return pd.DataFrame([{"name": str(mark), "rows": rows} for mark, rows in counts.items()])


def _tags(studio: "Studio") -> pd.DataFrame:
    counts = studio.marks.tags(studio.rows.filters())
    return pd.DataFrame([{"name": tag, "rows": rows} for tag, rows in counts.items()])


def _worker(studio: "Studio") -> pd.DataFrame:
    worker = studio.jobs.worker()
    return pd.DataFrame([{"name": "worker", "runs": worker.alive, "process": worker.pid}])


LISTED: "dict[str, Callable[[Studio], pd.DataFrame]]" = {
    "datasets": lambda studio: studio.datasets.table(),
    "evaluation-sets": lambda studio: studio.evaluation_sets.table(),
    "indicators": _indicators,
    "experiments": lambda studio: studio.experiments.table(),
    "curations": lambda studio: studio.curations.table(),
    "rules": _rules,
    "selections": lambda studio: studio.selections.table(),
    "overlaps": lambda studio: studio.selections.overlaps(),
    "models": lambda studio: studio.comparisons.models_table(),
    "comparisons": lambda studio: studio.comparisons.table(),
    "profiles": lambda studio: studio.settings.profiles(),
    "views": lambda studio: studio.views.table(),
    "jobs": lambda studio: studio.jobs.table(),
    "steps": _steps,
    "marks": _marks,
    "tags": _tags,
    "worker": _worker,
}


COMMAND = Command("list", "List the contents of the data folder.", _ask, _run, "Nothing was changed.", 2)
